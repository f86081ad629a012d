#include "sharding_load.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "bpf_call.h"
#include "bpf_objects.h"

const struct sharding_hook reuseportd_sharding_hooks[SHARDING_PROGRAMS] = {
    {"cgroup/bind4", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_BIND},
    {"cgroup/bind6", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET6_BIND},
    {"cgroup/post_bind4", BPF_PROG_TYPE_CGROUP_SOCK, BPF_CGROUP_INET4_POST_BIND},
    {"cgroup/post_bind6", BPF_PROG_TYPE_CGROUP_SOCK, BPF_CGROUP_INET6_POST_BIND},
    {"sockops", BPF_PROG_TYPE_SOCK_OPS, BPF_CGROUP_SOCK_OPS},
    {"cgroup/sock_release", BPF_PROG_TYPE_CGROUP_SOCK, BPF_CGROUP_INET_SOCK_RELEASE},
};

/* Maps that only the programs use. */
struct own_maps {
    int sockets;
    int slots;
    int connections;
};

static int make(const struct bpf_map_shape *shape, const char **failed, int *map)
{
    *failed = shape->name;
    *map = reuseportd_bpf_map(shape);
    return *map < 0 ? errno : 0;
}

static int make_maps(uint32_t settings_count, struct reuseportd_sharding *opened, const char **failed)
{
    /* With a key of 64 bits, all programs of a cgroup have one storage (Linux 5.9). */
    const struct bpf_map_shape workers = {BPF_MAP_TYPE_CGROUP_STORAGE, "rpd_workers", sizeof(uint64_t),
                                          sizeof(struct share_worker), 0, 0};
    const struct bpf_map_shape settings = {BPF_MAP_TYPE_HASH, "rpd_settings", sizeof(uint32_t),
                                           sizeof(struct share_settings), settings_count, BPF_F_NO_PREALLOC};
    const struct bpf_map_shape events = {BPF_MAP_TYPE_RINGBUF, "rpd_events", 0, 0, SHARE_RING_BYTES, 0};
    const struct bpf_map_shape drains = {BPF_MAP_TYPE_HASH, "rpd_drains", sizeof(uint64_t),
                                         sizeof(uint32_t), SHARE_WORKERS, BPF_F_NO_PREALLOC};
    int error = make(&workers, failed, &opened->workers);
    if (!error)
        error = make(&settings, failed, &opened->settings);
    if (!error)
        error = make(&events, failed, &opened->events);
    if (!error)
        error = make(&drains, failed, &opened->drains);
    return error;
}

static int make_storage(const char *name, uint32_t value_size, const char **failed, int *map)
{
    const struct bpf_map_shape shape = {BPF_MAP_TYPE_SK_STORAGE, name, sizeof(uint32_t), value_size, 0, BPF_F_NO_PREALLOC};
    *failed = name;
    *map = reuseportd_bpf_described_map(&shape);
    return *map < 0 ? errno : 0;
}

static int make_own_maps(struct own_maps *own, const char **failed)
{
    const struct bpf_map_shape slots = {BPF_MAP_TYPE_ARRAY, "rpd_slots", sizeof(uint32_t),
                                        sizeof(struct share_slot), SHARE_SLOTS, 0};
    int error = make_storage("rpd_bound", sizeof(struct share_attempt), failed, &own->sockets);
    if (!error)
        error = make_storage("rpd_open", sizeof(uint32_t), failed, &own->connections);
    if (!error)
        error = make(&slots, failed, &own->slots);
    return error;
}

static int load_hooks(struct reuseportd_sharding *opened, const struct sharding_names *names, const char **failed)
{
    for (int i = 0; i < SHARDING_PROGRAMS; i++) {
        const struct bpf_program program = {.object = reuseportd_sharding_object,
                                            .section = reuseportd_sharding_hooks[i].section,
                                            .type = reuseportd_sharding_hooks[i].type,
                                            .attach = reuseportd_sharding_hooks[i].attach,
                                            .name = "reuseportd",
                                            .optional_helper = BPF_FUNC_set_retval,
                                            .constants = names->constants,
                                            .constant_count = names->constant_count};
        *failed = program.section;
        opened->programs[i] = reuseportd_bpf_load(&program, names->maps, names->map_count);
        if (opened->programs[i] < 0)
            return errno;
    }
    return 0;
}

static int load_programs(struct reuseportd_sharding *opened, const struct own_maps *own, const struct share_layout *layout,
                         const char **failed)
{
    const struct bpf_named_map maps[] = {
        {"workers", opened->workers}, {"settings_map", opened->settings}, {"events", opened->events},
        {"drains", opened->drains},   {"sockets", own->sockets},          {"slots", own->slots},
        {"connections", own->connections}};
    struct bpf_constant constants[] = {
        {"traces_failures", 0}, /* known after the tracing programs are loaded */
        {"layout_socket", layout->socket},
        {"layout_inode", layout->inode},
        {"layout_backlog", layout->backlog},
        {"layout_sk", layout->sk},
        {"layout_tgid", layout->tgid},
        {"layout_leader", layout->leader},
        {"layout_pid", layout->pid},
        {"layout_level", layout->level},
        {"layout_numbers", layout->numbers},
        {"layout_number_size", layout->number_size},
        {"layout_namespace", layout->namespace},
        {"layout_inode_of_namespace", layout->inode_of_namespace},
        {"pid_namespace", layout->pid_namespace}};
    const struct sharding_names names = {maps, sizeof maps / sizeof *maps, constants, sizeof constants / sizeof *constants};
    /* Tracing may be not permitted. */
    constants[0].value = reuseportd_sharding_trace(layout, &names, opened->failures) == 0;
    return load_hooks(opened, &names, failed);
}

static void close_if_open(int32_t *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void close_programs(struct reuseportd_sharding *opened)
{
    for (int i = 0; i < SHARDING_PROGRAMS; i++)
        close_if_open(&opened->programs[i]);
    for (int i = 0; i < SHARDING_FAILURES; i++)
        close_if_open(&opened->failures[i]);
}

/* A kernel may have BTF and refuse to let programs read its memory: lockdown(7). */
static int load_what_is_permitted(struct reuseportd_sharding *opened, const struct own_maps *own,
                                  const struct share_layout *layout, const char **failed)
{
    const struct share_layout unread = {
        .sk = layout->sk, .bind4 = layout->bind4, .bind6 = layout->bind6, .pid_namespace = layout->pid_namespace};
    int error = load_programs(opened, own, layout, failed);
    if (error != EINVAL || layout->socket == 0)
        return error;
    close_programs(opened);
    return load_programs(opened, own, &unread, failed);
}

static void close_all(struct reuseportd_sharding *opened)
{
    close_programs(opened);
    close_if_open(&opened->workers);
    close_if_open(&opened->settings);
    close_if_open(&opened->events);
    close_if_open(&opened->drains);
}

int reuseportd_sharding_open(uint32_t settings_count, const struct share_layout *layout,
                             struct reuseportd_sharding *opened, const char **failed)
{
    struct own_maps own = {-1, -1, -1};
    memset(opened, 0xff, sizeof *opened);
    int error = make_maps(settings_count, opened, failed);
    if (!error)
        error = make_own_maps(&own, failed);
    if (!error)
        error = load_what_is_permitted(opened, &own, layout, failed);
    /* The programs hold these maps. */
    close_if_open(&own.sockets);
    close_if_open(&own.slots);
    close_if_open(&own.connections);
    if (error)
        close_all(opened);
    return error;
}
