/*
 * Creates the child.
 *
 * CLONE_VM shares the memory instead of copying page tables, so a start costs the same for a daemon of 20 MiB
 * and of 2 GiB. CLONE_FILES with the slots of child.h does the same for descriptors. CLONE_VFORK blocks this
 * thread until the child leaves the memory by exec or exit. So parent and child never use a stack or an
 * argument at the same time. Only the launcher's threads wait like this (Linux/Spawning/Launcher.cs). During
 * this wait the kernel's OOM killer skips the child, and oom_score_adj is the child's own. Without
 * CLONE_VFORK, a child without memory in its worker's control group would end the daemon, whose memory it
 * uses.
 *
 * CLONE_PIDFD returns the pidfd in the same call, and CLONE_PARENT_SETTID writes the pid before the child
 * runs.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>

#include "child.h"

/* clone(2) flags that older headers lack, with the kernel's values. */
#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x00001000
#endif
#define CLEAR_SIGHAND 0x100000000ULL /* Linux 5.5 */
#define INTO_CGROUP 0x200000000ULL   /* Linux 5.7 */

/* struct clone_args of linux/sched.h, version 2 (Linux 5.7), under another name for headers that lack it. */
struct clone_arguments {
    uint64_t flags;
    uint64_t pidfd;
    uint64_t child_tid;
    uint64_t parent_tid;
    uint64_t exit_signal;
    uint64_t stack;
    uint64_t stack_size;
    uint64_t tls;
    uint64_t set_tid;
    uint64_t set_tid_size;
    uint64_t cgroup;
};

#if !defined(__x86_64__) && !defined(__aarch64__)
long reuseportd_clone3(void *arguments, size_t size, int (*run)(void *), void *argument)
{
    (void)arguments, (void)size, (void)run, (void)argument;
    return -ENOSYS;
}
#endif

static uint64_t common_flags(const struct child *child)
{
    return CLONE_VM | CLONE_VFORK | CLONE_PARENT_SETTID | (child->shares_table ? (uint64_t)CLONE_FILES : 0);
}

static long clone_new_way(struct reuseportd_spawner *spawner, struct child *child)
{
    struct clone_arguments arguments = {
        .flags = common_flags(child) | CLONE_PIDFD | CLEAR_SIGHAND,
        .pidfd = (uint64_t)(uintptr_t)&child->result->pidfd,
        .parent_tid = (uint64_t)(uintptr_t)&child->result->pid,
        .exit_signal = SIGCHLD,
        .stack = (uint64_t)(uintptr_t)spawner->stack,
        .stack_size = spawner->stack_size,
    };
    size_t size = offsetof(struct clone_arguments, set_tid); /* version 0: enough without a cgroup */
    if (child->request->cgroup >= 0) {
        arguments.flags |= INTO_CGROUP;
        arguments.cgroup = (uint64_t)child->request->cgroup;
        size = sizeof arguments;
    }
    long pid = reuseportd_clone3(&arguments, size, reuseportd_child_main, child);
    if (pid < 0)
        child->result->pidfd = -1; /* the kernel writes the number before its last checks, and then closes it */
    return pid;
}

/*
 * For seccomp filters that do not know clone3, and for Linux before 5.5. One argument returns either pid or
 * pidfd.
 */
static long clone_old_way(struct reuseportd_spawner *spawner, struct child *child)
{
    child->enter_cgroup = child->request->cgroup >= 0;
    char *top = (char *)spawner->stack + spawner->stack_size;
    int pid = clone(reuseportd_child_main, top, (int)common_flags(child) | SIGCHLD, child, &child->result->pid);
    return pid < 0 ? -errno : pid;
}

long reuseportd_clone_child(struct reuseportd_spawner *spawner, struct child *child)
{
    if (spawner->has_clone3) {
        long pid = clone_new_way(spawner, child);
        if (pid != -ENOSYS && pid != -EPERM && pid != -EINVAL && pid != -E2BIG)
            return pid;
        /*
         * With a cgroup, EINVAL and EPERM, and before Linux 5.7 E2BIG, may concern only the cgroup: the old
         * call tells.
         */
        if (child->request->cgroup < 0 || pid == -ENOSYS)
            spawner->has_clone3 = 0;
    }
    return clone_old_way(spawner, child);
}
