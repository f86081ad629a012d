#define _GNU_SOURCE
#include "steering.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "steering_maps.h"
#include "steering_program.h"

static int bpf(enum bpf_cmd command, union bpf_attr *attributes)
{
    return (int)syscall(SYS_bpf, command, attributes, sizeof *attributes);
}

/* The kernel makes their descriptors close-on-exec. */
static int make_map(enum bpf_map_type type, const char *name, uint32_t value_size, uint32_t entries, uint32_t flags)
{
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.map_type = type;
    attributes.key_size = sizeof(uint32_t);
    attributes.value_size = value_size;
    attributes.max_entries = entries;
    attributes.map_flags = flags;
    strncpy(attributes.map_name, name, sizeof attributes.map_name - 1);
    return bpf(BPF_MAP_CREATE, &attributes);
}

static int load_program(const struct reuseportd_steering *maps)
{
    struct bpf_insn instructions[STEERING_MOST_INSTRUCTIONS];
    int count = reuseportd_steering_program(instructions, maps);
    if (count < 0) {
        errno = ENOEXEC;
        return -1;
    }

    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.prog_type = BPF_PROG_TYPE_SK_REUSEPORT;
    attributes.expected_attach_type = BPF_SK_REUSEPORT_SELECT_OR_MIGRATE;
    attributes.insns = (uintptr_t)instructions;
    attributes.insn_cnt = (uint32_t)count;
    attributes.license = (uintptr_t) "Dual MIT/GPL";
    strncpy(attributes.prog_name, "reuseportd", sizeof attributes.prog_name - 1);
    return bpf(BPF_PROG_LOAD, &attributes);
}

static int open_all(uint32_t slot_count, struct reuseportd_steering *opened)
{
    opened->sockets = make_map(BPF_MAP_TYPE_REUSEPORT_SOCKARRAY, "rpd_sockets", sizeof(uint64_t), slot_count, 0);
    if (opened->sockets < 0)
        return errno;
    opened->slots =
        make_map(BPF_MAP_TYPE_ARRAY, "rpd_slots", sizeof(struct steering_slot), slot_count, BPF_F_MMAPABLE);
    if (opened->slots < 0)
        return errno;
    opened->group = make_map(BPF_MAP_TYPE_ARRAY, "rpd_group", sizeof(struct steering_group), 1, BPF_F_MMAPABLE);
    if (opened->group < 0)
        return errno;
    opened->program = load_program(opened);
    return opened->program < 0 ? errno : 0;
}

int reuseportd_steering_open(uint32_t slot_count, struct reuseportd_steering *opened)
{
    *opened = (struct reuseportd_steering){-1, -1, -1, -1};
    if (slot_count == 0 || slot_count > STEERING_SLOTS)
        return ERANGE;
    int error = open_all(slot_count, opened);
    if (!error)
        return 0;

    int32_t fds[] = {opened->program, opened->sockets, opened->slots, opened->group};
    for (unsigned i = 0; i < sizeof fds / sizeof *fds; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    *opened = (struct reuseportd_steering){-1, -1, -1, -1};
    return error;
}

int reuseportd_steering_put(int sockets, uint32_t slot, int socket)
{
    uint64_t value = (uint64_t)socket;
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.map_fd = (uint32_t)sockets;
    attributes.key = (uintptr_t)&slot;
    attributes.value = (uintptr_t)&value;
    attributes.flags = BPF_ANY;
    return bpf(BPF_MAP_UPDATE_ELEM, &attributes) < 0 ? errno : 0;
}

int reuseportd_steering_remove(int sockets, uint32_t slot)
{
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.map_fd = (uint32_t)sockets;
    attributes.key = (uintptr_t)&slot;
    return bpf(BPF_MAP_DELETE_ELEM, &attributes) < 0 ? errno : 0;
}
