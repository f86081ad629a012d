#include "steering.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "bpf_call.h"
#include "bpf_objects.h"
#include "bpf_program.h"
#include "steering_maps.h"

static int make_map(enum bpf_map_type type, const char *name, uint32_t value_size, uint32_t entries, uint32_t flags)
{
    const struct bpf_map_shape shape = {type, name, sizeof(uint32_t), value_size, entries, flags};
    return reuseportd_bpf_map(&shape);
}

static int load_program(const struct reuseportd_steering *maps)
{
    const struct bpf_named_map named[] = {
        {"sockets", maps->sockets}, {"slots", maps->slots}, {"group_map", maps->group}};
    const struct bpf_program program = {.object = reuseportd_steering_object,
                                        .section = "sk_reuseport/migrate",
                                        .type = BPF_PROG_TYPE_SK_REUSEPORT,
                                        .attach = BPF_SK_REUSEPORT_SELECT_OR_MIGRATE,
                                        .name = "reuseportd"};
    return reuseportd_bpf_load(&program, named, sizeof named / sizeof *named);
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
    return reuseportd_bpf_put(sockets, &slot, &value, BPF_ANY);
}

int reuseportd_steering_remove(int sockets, uint32_t slot)
{
    return reuseportd_bpf_remove(sockets, &slot);
}

int reuseportd_steering_cookie(int sockets, uint32_t slot, uint64_t *cookie)
{
    return reuseportd_bpf_get(sockets, &slot, cookie);
}

/* EINVAL for a descriptor that is no map of this type with such values. */
static int check_map(int map, enum bpf_map_type type, size_t value_size, struct bpf_map_info *info)
{
    memset(info, 0, sizeof *info);
    int error = reuseportd_bpf_info(map, info, sizeof *info);
    if (error)
        return error;
    return info->type == type && info->value_size == value_size ? 0 : EINVAL;
}

int reuseportd_steering_check(const struct reuseportd_steering *opened, uint32_t *slot_count)
{
    struct bpf_map_info sockets;
    struct bpf_map_info slots;
    struct bpf_map_info group;
    int error = check_map(opened->sockets, BPF_MAP_TYPE_REUSEPORT_SOCKARRAY, sizeof(uint64_t), &sockets);
    if (!error)
        error = check_map(opened->slots, BPF_MAP_TYPE_ARRAY, sizeof(struct steering_slot), &slots);
    if (!error)
        error = check_map(opened->group, BPF_MAP_TYPE_ARRAY, sizeof(struct steering_group), &group);
    if (error)
        return error;

    uint32_t used[3] = {0};
    struct bpf_prog_info program;
    memset(&program, 0, sizeof program);
    program.map_ids = (uintptr_t)used;
    program.nr_map_ids = sizeof used / sizeof *used;
    error = reuseportd_bpf_info(opened->program, &program, sizeof program);
    if (error)
        return error;
    const uint32_t named[] = {sockets.id, slots.id, group.id};
    for (unsigned i = 0; i < sizeof named / sizeof *named; i++)
        if (named[i] != used[0] && named[i] != used[1] && named[i] != used[2])
            return EINVAL;
    *slot_count = slots.max_entries;
    return program.type == BPF_PROG_TYPE_SK_REUSEPORT && sockets.max_entries == slots.max_entries ? 0 : EINVAL;
}
