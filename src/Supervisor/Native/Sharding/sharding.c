#include "sharding.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "bpf_call.h"
#include "bpf_objects.h"
#include "bpf_program.h"

struct hook {
    const char *section;
    enum bpf_prog_type type;
    enum bpf_attach_type attach;
};

static const struct hook hooks[SHARDING_PROGRAMS] = {
    {"cgroup/bind4", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_BIND},
    {"cgroup/bind6", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET6_BIND},
    {"cgroup/post_bind4", BPF_PROG_TYPE_CGROUP_SOCK, BPF_CGROUP_INET4_POST_BIND},
    {"cgroup/post_bind6", BPF_PROG_TYPE_CGROUP_SOCK, BPF_CGROUP_INET6_POST_BIND},
    {"sockops", BPF_PROG_TYPE_SOCK_OPS, BPF_CGROUP_SOCK_OPS},
    {"cgroup/sock_release", BPF_PROG_TYPE_CGROUP_SOCK, BPF_CGROUP_INET_SOCK_RELEASE},
};

static int make(const struct bpf_map_shape *shape, const char **failed, int *map)
{
    *failed = shape->name;
    *map = reuseportd_bpf_map(shape);
    return *map < 0 ? errno : 0;
}

static int make_maps(uint32_t settings_count, struct reuseportd_sharding *opened, int *sockets, const char **failed)
{
    /* With a key of 64 bits, all programs of a cgroup have one storage (Linux 5.9). */
    const struct bpf_map_shape workers = {BPF_MAP_TYPE_CGROUP_STORAGE, "rpd_workers", sizeof(uint64_t),
                                          sizeof(struct share_worker), 0, 0};
    const struct bpf_map_shape settings = {BPF_MAP_TYPE_HASH, "rpd_settings", sizeof(uint32_t),
                                           sizeof(struct share_settings), settings_count, BPF_F_NO_PREALLOC};
    const struct bpf_map_shape events = {BPF_MAP_TYPE_RINGBUF, "rpd_events", 0, 0, SHARE_RING_BYTES, 0};
    const struct bpf_map_shape drains = {BPF_MAP_TYPE_HASH, "rpd_drains", sizeof(uint64_t),
                                         sizeof(uint32_t), SHARE_WORKERS, BPF_F_NO_PREALLOC};
    const struct bpf_map_shape of_sockets = {BPF_MAP_TYPE_SK_STORAGE, "rpd_bound", sizeof(uint32_t),
                                             sizeof(struct share_socket), 0, BPF_F_NO_PREALLOC};
    int error = make(&workers, failed, &opened->workers);
    if (!error)
        error = make(&settings, failed, &opened->settings);
    if (!error)
        error = make(&events, failed, &opened->events);
    if (!error)
        error = make(&drains, failed, &opened->drains);
    if (error)
        return error;
    *failed = of_sockets.name;
    *sockets = reuseportd_bpf_described_map(&of_sockets);
    return *sockets < 0 ? errno : 0;
}

static int load_programs(struct reuseportd_sharding *opened, int sockets, const struct share_layout *layout,
                         const char **failed)
{
    const struct bpf_constant constants[] = {{"layout_socket", layout->socket},
                                             {"layout_inode", layout->inode},
                                             {"layout_backlog", layout->backlog}};
    const struct bpf_named_map maps[] = {{"workers", opened->workers},
                                         {"settings_map", opened->settings},
                                         {"events", opened->events},
                                         {"drains", opened->drains},
                                         {"sockets", sockets}};
    for (int i = 0; i < SHARDING_PROGRAMS; i++) {
        const struct bpf_program program = {.object = reuseportd_sharding_object,
                                            .section = hooks[i].section,
                                            .type = hooks[i].type,
                                            .attach = hooks[i].attach,
                                            .name = "reuseportd",
                                            .optional_helper = BPF_FUNC_set_retval,
                                            .constants = constants,
                                            .constant_count = sizeof constants / sizeof *constants};
        *failed = hooks[i].section;
        opened->programs[i] = reuseportd_bpf_load(&program, maps, sizeof maps / sizeof *maps);
        if (opened->programs[i] < 0)
            return errno;
    }
    return 0;
}

static void close_programs(struct reuseportd_sharding *opened)
{
    for (int i = 0; i < SHARDING_PROGRAMS; i++) {
        if (opened->programs[i] >= 0)
            close(opened->programs[i]);
        opened->programs[i] = -1;
    }
}

/* A kernel may have BTF and refuse to let programs read its memory: lockdown(7). The programs then know no offset. */
static int load_what_is_permitted(struct reuseportd_sharding *opened, int sockets, const struct share_layout *layout,
                                  const char **failed)
{
    static const struct share_layout unknown;
    int error = load_programs(opened, sockets, layout, failed);
    if (error != EINVAL || layout->socket == 0)
        return error;
    close_programs(opened);
    return load_programs(opened, sockets, &unknown, failed);
}

static void close_all(struct reuseportd_sharding *opened)
{
    int32_t *fds[] = {&opened->workers, &opened->settings, &opened->events, &opened->drains};
    close_programs(opened);
    for (unsigned i = 0; i < sizeof fds / sizeof *fds; i++)
        if (*fds[i] >= 0)
            close(*fds[i]);
    memset(opened, 0xff, sizeof *opened);
}

int reuseportd_sharding_open(uint32_t settings_count, const struct share_layout *layout,
                             struct reuseportd_sharding *opened, const char **failed)
{
    int sockets = -1;
    memset(opened, 0xff, sizeof *opened);
    int error = make_maps(settings_count, opened, &sockets, failed);
    if (!error)
        error = load_what_is_permitted(opened, sockets, layout, failed);
    if (sockets >= 0)
        close(sockets); /* the programs hold it */
    if (error)
        close_all(opened);
    return error;
}

int reuseportd_sharding_attach(const struct reuseportd_sharding *opened, int cgroup, uint64_t id,
                               const struct share_worker *worker, const char **failed)
{
    struct share_worker found;
    *failed = "storage";
    if (reuseportd_bpf_get(opened->workers, &id, &found) == 0)
        return EEXIST;
    const int count = worker->counts ? SHARDING_PROGRAMS : SHARDING_PROGRAMS_WITHOUT_COUNT;
    for (int i = 0; i < count; i++) {
        union bpf_attr attributes;
        memset(&attributes, 0, sizeof attributes);
        attributes.target_fd = (uint32_t)cgroup;
        attributes.attach_bpf_fd = (uint32_t)opened->programs[i];
        attributes.attach_type = hooks[i].attach;
        attributes.attach_flags = BPF_F_ALLOW_MULTI;
        *failed = hooks[i].section;
        if (reuseportd_bpf(BPF_PROG_ATTACH, &attributes) < 0)
            return errno;
    }
    *failed = "storage";
    return reuseportd_bpf_put(opened->workers, &id, worker, BPF_EXIST);
}

int reuseportd_sharding_read(int workers, uint64_t id, struct share_worker *worker)
{
    return reuseportd_bpf_get(workers, &id, worker);
}

int reuseportd_sharding_next(int workers, uint64_t id, uint64_t *next)
{
    return reuseportd_bpf_next(workers, id == 0 ? NULL : &id, next);
}

int reuseportd_sharding_drain(int drains, uint64_t worker)
{
    const uint32_t any = 0;
    return reuseportd_bpf_put(drains, &worker, &any, BPF_ANY);
}

int reuseportd_sharding_stop_drain(int drains, uint64_t worker)
{
    return reuseportd_bpf_remove(drains, &worker);
}

int reuseportd_sharding_put_settings(int settings, uint32_t key, const struct share_settings *value)
{
    return reuseportd_bpf_put(settings, &key, value, BPF_ANY);
}

int reuseportd_sharding_remove_settings(int settings, uint32_t key)
{
    return reuseportd_bpf_remove(settings, &key);
}
