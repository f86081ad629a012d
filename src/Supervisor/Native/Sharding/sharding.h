/*
 * Loads the BPF programs that share ports, and attaches them to cgroups. Layouts must match
 * Linux/Interop/Native.Sharding.cs. Functions return 0 or an errno.
 */
#ifndef REUSEPORTD_SHARDING_H
#define REUSEPORTD_SHARDING_H

#include <stdint.h>

#include "share_maps.h"
#include "spawn.h"

#define SHARDING_PROGRAMS 6
#define SHARDING_FAILURES 2

/* Close-on-exec descriptors; the caller closes them. */
struct reuseportd_sharding {
    int32_t programs[SHARDING_PROGRAMS];
    int32_t workers;
    int32_t settings;
    int32_t events;
    int32_t drains; /* keys are numbers of workers */
    int32_t failures[SHARDING_FAILURES]; /* attachments that tell failed binds; -1 if there are none */
};

/*
 * `failed` becomes the name of the map or section that failed. EPERM without CAP_BPF and CAP_NET_ADMIN; EACCES without
 * CAP_PERFMON; EINVAL or ENOTSUPP (524) if the kernel lacks a hook or helper.
 */
REUSEPORTD_EXPORT int reuseportd_sharding_open(uint32_t settings_count, const struct share_layout *layout,
                                               struct reuseportd_sharding *opened, const char **failed);

/*
 * Attaches the programs to an open cgroup and fills its storage; `id` is the inode of its directory. The attachments end
 * with the cgroup. EEXIST if they are attached already.
 */
REUSEPORTD_EXPORT int reuseportd_sharding_attach(const struct reuseportd_sharding *opened, int cgroup, uint64_t id,
                                                 const struct share_worker *worker, const char **failed);

REUSEPORTD_EXPORT int reuseportd_sharding_read(int workers, uint64_t id, struct share_worker *worker);

/*
 * The next id of a cgroup with storage; `id` 0 for the first. ENOENT at the end, or if the cgroup `id` has lost its storage. At
 * the end, older kernels give the word before the head of their list: its lock, so usually 1.
 */
REUSEPORTD_EXPORT int reuseportd_sharding_next(int workers, uint64_t id, uint64_t *next);

/* Asks for one event when the worker has no open connection any more. */
REUSEPORTD_EXPORT int reuseportd_sharding_drain(int drains, uint64_t worker);
/* ENOENT if the event was sent, or nobody asked. */
REUSEPORTD_EXPORT int reuseportd_sharding_stop_drain(int drains, uint64_t worker);

REUSEPORTD_EXPORT int reuseportd_sharding_put_settings(int settings, uint32_t key, const struct share_settings *value);
REUSEPORTD_EXPORT int reuseportd_sharding_remove_settings(int settings, uint32_t key);
REUSEPORTD_EXPORT int reuseportd_sharding_read_settings(int settings, uint32_t key, struct share_settings *value);

/* The next key of settings; `key` 0 for the first. ENOENT at the end. */
REUSEPORTD_EXPORT int reuseportd_sharding_next_settings(int settings, uint32_t key, uint32_t *next);

#endif
