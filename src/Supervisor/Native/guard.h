/* The process that ends the workers' trees when the daemon has ended without doing it. */
#ifndef REUSEPORTD_GUARD_H
#define REUSEPORTD_GUARD_H

#include <stdint.h>
#include <sys/types.h>

#include "spawn.h"

/* What the daemon holds of a guard. The layout is repeated in Linux/Native.cs: change both. */
struct reuseportd_guarding {
    struct reuseportd_guard *guard; /* memory of both; never given back, as it ends with the daemon */
    int32_t pid;
    int32_t pidfd;
    int32_t pipe; /* the guard acts when no process has this open */
};

/*
 * `mark` is the entry NAME=value of those that it ends; `groups` the directory of cgroup v2 in which each worker has a group, with
 * an '@' in its name, or -1. 0, or an errno.
 */
REUSEPORTD_EXPORT int reuseportd_guard_start(const char *mark, int groups, struct reuseportd_guarding *guarding);

/* A worker's session is to be ended too, until its number is free to be another's. Safe between clone and exec. */
void reuseportd_guard_remember(struct reuseportd_guard *guard, pid_t session);
REUSEPORTD_EXPORT void reuseportd_guard_forget(struct reuseportd_guard *guard, int32_t session);

#endif
