#define _GNU_SOURCE
#include "bpf_call.h"

#include <errno.h>
#include <linux/btf.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int reuseportd_bpf(enum bpf_cmd command, union bpf_attr *attributes)
{
    return (int)syscall(SYS_bpf, command, attributes, sizeof *attributes);
}

static int make_map(const struct bpf_map_shape *shape, int types)
{
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.map_type = shape->type;
    attributes.key_size = shape->key_size;
    attributes.value_size = shape->value_size;
    attributes.max_entries = shape->entries;
    attributes.map_flags = shape->flags;
    strncpy(attributes.map_name, shape->name, sizeof attributes.map_name - 1);
    if (types >= 0) {
        attributes.btf_fd = (uint32_t)types;
        attributes.btf_key_type_id = 1;
        attributes.btf_value_type_id = 2;
    }
    return reuseportd_bpf(BPF_MAP_CREATE, &attributes);
}

int reuseportd_bpf_map(const struct bpf_map_shape *shape)
{
    return make_map(shape, -1);
}

int reuseportd_bpf_described_map(const struct bpf_map_shape *shape)
{
    static const char names[] = "\0int";
    struct {
        struct btf_header header;
        struct btf_type word;
        uint32_t word_encoding;
        struct btf_type words;
        struct btf_array array;
        char names[sizeof names];
    } described = {
        .header = {.magic = BTF_MAGIC, .version = BTF_VERSION, .hdr_len = sizeof(struct btf_header)},
        .word = {.name_off = 1, .info = BTF_KIND_INT << 24, .size = sizeof(uint32_t)},
        .word_encoding = BTF_INT_SIGNED << 24 | 32,
        .words = {.info = BTF_KIND_ARRAY << 24},
        .array = {.type = 1, .index_type = 1, .nelems = shape->value_size / (uint32_t)sizeof(uint32_t)},
    };
    union bpf_attr attributes;

    memcpy(described.names, names, sizeof names);
    described.header.type_len = offsetof(__typeof__(described), names) - sizeof(struct btf_header);
    described.header.str_off = described.header.type_len;
    described.header.str_len = sizeof names;
    memset(&attributes, 0, sizeof attributes);
    attributes.btf = (uintptr_t)&described;
    attributes.btf_size = (uint32_t)(offsetof(__typeof__(described), names) + sizeof names);
    int types = reuseportd_bpf(BPF_BTF_LOAD, &attributes);
    if (types < 0)
        return -1;
    int map = make_map(shape, types);
    int error = errno;
    close(types);
    errno = error;
    return map;
}

static int element(enum bpf_cmd command, int map, const void *key, const void *value, uint64_t flags)
{
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.map_fd = (uint32_t)map;
    attributes.key = (uintptr_t)key;
    attributes.value = (uintptr_t)value; /* for BPF_MAP_GET_NEXT_KEY: the next key */
    attributes.flags = flags;
    return reuseportd_bpf(command, &attributes) < 0 ? errno : 0;
}

int reuseportd_bpf_put(int map, const void *key, const void *value, uint64_t flags)
{
    return element(BPF_MAP_UPDATE_ELEM, map, key, value, flags);
}

int reuseportd_bpf_remove(int map, const void *key)
{
    return element(BPF_MAP_DELETE_ELEM, map, key, NULL, 0);
}

int reuseportd_bpf_get(int map, const void *key, void *value)
{
    return element(BPF_MAP_LOOKUP_ELEM, map, key, value, 0);
}

int reuseportd_bpf_next(int map, const void *key, void *next)
{
    return element(BPF_MAP_GET_NEXT_KEY, map, key, next, 0);
}

int reuseportd_bpf_info(int object, void *info, uint32_t size)
{
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.info.bpf_fd = (uint32_t)object;
    attributes.info.info = (uintptr_t)info;
    attributes.info.info_len = size;
    return reuseportd_bpf(BPF_OBJ_GET_INFO_BY_FD, &attributes) < 0 ? errno : 0;
}
