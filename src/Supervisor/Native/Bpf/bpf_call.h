/* bpf(2) for the parts of the daemon that load programs. Functions return a descriptor, or -1 with errno. */
#ifndef REUSEPORTD_BPF_CALL_H
#define REUSEPORTD_BPF_CALL_H

#include <linux/bpf.h>
#include <stdint.h>

struct bpf_map_shape {
    enum bpf_map_type type;
    const char *name;
    uint32_t key_size;
    uint32_t value_size;
    uint32_t entries;
    uint32_t flags;
};

int reuseportd_bpf(enum bpf_cmd command, union bpf_attr *attributes);

/* The kernel makes the descriptors of maps and programs close-on-exec. */
int reuseportd_bpf_map(const struct bpf_map_shape *shape);

/* For types that the kernel accepts only with a description: the value is described as an array of 32-bit words. */
int reuseportd_bpf_described_map(const struct bpf_map_shape *shape);

/* 0 or an errno. `flags` as for BPF_MAP_UPDATE_ELEM. */
int reuseportd_bpf_put(int map, const void *key, const void *value, uint64_t flags);
int reuseportd_bpf_remove(int map, const void *key);
int reuseportd_bpf_get(int map, const void *key, void *value);

/* `struct bpf_map_info` or `struct bpf_prog_info` of a descriptor. EINVAL if it is neither. 0 or an errno. */
int reuseportd_bpf_info(int object, void *info, uint32_t size);

/* The key that follows; the first key for NULL. ENOENT at the end. */
int reuseportd_bpf_next(int map, const void *key, void *next);

#endif
