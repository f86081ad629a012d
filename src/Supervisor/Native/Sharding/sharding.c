#include "sharding.h"

#include <errno.h>
#include <string.h>

#include "bpf_call.h"
#include "sharding_load.h"

int reuseportd_sharding_attach(const struct reuseportd_sharding *opened, int cgroup, uint64_t id,
                               const struct share_worker *worker, const char **failed)
{
    struct share_worker found;
    *failed = "storage";
    if (reuseportd_bpf_get(opened->workers, &id, &found) == 0)
        return EEXIST;
    for (int i = 0; i < SHARDING_PROGRAMS; i++) {
        union bpf_attr attributes;
        memset(&attributes, 0, sizeof attributes);
        attributes.target_fd = (uint32_t)cgroup;
        attributes.attach_bpf_fd = (uint32_t)opened->programs[i];
        attributes.attach_type = reuseportd_sharding_hooks[i].attach;
        attributes.attach_flags = BPF_F_ALLOW_MULTI;
        *failed = reuseportd_sharding_hooks[i].section;
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

int reuseportd_sharding_read_settings(int settings, uint32_t key, struct share_settings *value)
{
    return reuseportd_bpf_get(settings, &key, value);
}

int reuseportd_sharding_next_settings(int settings, uint32_t key, uint32_t *next)
{
    return reuseportd_bpf_next(settings, key == 0 ? NULL : &key, next);
}
