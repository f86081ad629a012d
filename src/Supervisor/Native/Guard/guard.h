/* The process that kills the workers' trees if the daemon ends without doing so. */
#ifndef REUSEPORTD_GUARD_H
#define REUSEPORTD_GUARD_H

#include <stdint.h>
#include <sys/types.h>

#include "spawn.h"

/* The daemon's view of a guard. The layout must match Linux/Interop/Native.cs. */
struct reuseportd_guarding {
    struct reuseportd_guard *guard; /* shared memory; never freed, as it ends with the daemon */
    int32_t pid;
    int32_t pidfd;
    int32_t pipe; /* the guard acts when no process has this open */
};

/*
 * `mark` is the NAME=value entry of the processes to kill. `groups` is the cgroup v2 directory with the
 * workers' groups, whose names contain an '@', or -1. Returns 0, or an errno.
 */
REUSEPORTD_EXPORT int reuseportd_guard_start(const char *mark, int groups, struct reuseportd_guarding *guarding);

/* The guard also kills this session of a worker, until reuseportd_guard_forget. Safe between clone and exec. */
REUSEPORTD_EXPORT void reuseportd_guard_remember(struct reuseportd_guard *guard, pid_t session);
REUSEPORTD_EXPORT void reuseportd_guard_forget(struct reuseportd_guard *guard, int32_t session);

#endif
