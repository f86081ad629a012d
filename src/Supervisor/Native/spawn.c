/*
 * The daemon's side of a start: pipes, clone, and what the child said.
 *
 * CLONE_VM shares the memory instead of copying page tables, so a start costs the same from a daemon of 20 MiB as
 * from one of 2 GiB; CLONE_FILES with the slots of child.h does that for descriptors. CLONE_VFORK holds this thread
 * until the child has left the memory by exec or exit, so no stack and no argument is used by two at once.
 * CLONE_PIDFD gives the handle in the same call: there is no moment in which the process is known by a number only.
 *
 * The pipes are made here, not by the caller: a write end that leaks would keep a worker's stream from ever ending.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"

/* clone(2) flags that older headers lack, as the kernel numbers them. */
#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x00001000
#endif
#define CLEAR_SIGHAND 0x100000000ULL /* Linux 5.5 */
#define INTO_CGROUP 0x200000000ULL   /* Linux 5.7 */

/* struct clone_args of linux/sched.h, version 2 (Linux 5.7); its own name, for headers that lack it. */
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
    return CLONE_VM | CLONE_VFORK | CLONE_PIDFD | (child->shares_table ? (uint64_t)CLONE_FILES : 0);
}

static long clone_new_way(struct reuseportd_spawner *spawner, struct child *child, int *pidfd)
{
    struct clone_arguments arguments = {
        .flags = common_flags(child) | CLEAR_SIGHAND,
        .pidfd = (uint64_t)(uintptr_t)pidfd,
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
    return reuseportd_clone3(&arguments, size, reuseportd_child_main, child);
}

/* For seccomp filters that know no clone3, and Linux before 5.5. */
static long clone_old_way(struct reuseportd_spawner *spawner, struct child *child, int *pidfd)
{
    child->enter_cgroup = child->request->cgroup >= 0;
    char *top = (char *)spawner->stack + spawner->stack_size;
    int pid = clone(reuseportd_child_main, top, (int)common_flags(child) | SIGCHLD, child, pidfd);
    return pid < 0 ? -errno : pid;
}

static long clone_child(struct reuseportd_spawner *spawner, struct child *child, int *pidfd)
{
    if (spawner->has_clone3) {
        long pid = clone_new_way(spawner, child, pidfd);
        if (pid != -ENOSYS && pid != -EPERM && pid != -EINVAL)
            return pid;
        /* With a cgroup EINVAL and EPERM may be about that one alone: the old way finds out, this time. */
        if (child->request->cgroup < 0 || pid == -ENOSYS)
            spawner->has_clone3 = 0;
    }
    return clone_old_way(spawner, child, pidfd);
}

/* The daemon's read end alone is non-blocking: O_NONBLOCK on the write end would be the worker's. */
static int open_pipe(const struct reuseportd_spawner *spawner, int index, struct reuseportd_result *result)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return -1;
    result->output[index] = ends[0];
    int moved = fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0
        ? -1
        : dup3(ends[1], spawner->slots[SLOT_STDOUT + index], O_CLOEXEC);
    int error = errno;
    close(ends[1]);
    errno = error;
    return moved < 0 ? -1 : 0;
}

static int open_pipes(const struct reuseportd_spawner *spawner, const struct reuseportd_request *request,
                      struct reuseportd_result *result)
{
    for (int index = 0; index < 2; index++)
        if (request->output[index].kind == OUTPUT_PIPE && open_pipe(spawner, index, result) < 0)
            return -1;
    return 0;
}

/* Puts /dev/null back over the write ends: the number stays taken, the pipe is the worker's alone. */
static void release_slots(const struct reuseportd_spawner *spawner, const struct reuseportd_result *result)
{
    for (int index = 0; index < 2; index++)
        if (result->output[index] >= 0)
            dup3(spawner->slots[SLOT_NULL], spawner->slots[SLOT_STDOUT + index], O_CLOEXEC);
}

static void give_up(struct reuseportd_result *result)
{
    for (int index = 0; index < 2; index++) {
        if (result->output[index] >= 0)
            close(result->output[index]);
        result->output[index] = -1;
    }
    if (result->pidfd >= 0)
        close(result->pidfd);
    if (result->pid > 0)
        while (waitid(P_PID, (id_t)result->pid, NULL, WEXITED) < 0 && errno == EINTR)
            ;
    result->pid = result->pidfd = -1;
}

static void run_child(struct reuseportd_spawner *spawner, const struct reuseportd_request *request,
                      struct reuseportd_result *result)
{
    struct child child = {
        .spawner = spawner,
        .request = request,
        .result = result,
        .parent = getpid(),
        .shares_table = spawner->has_close_range,
    };
    int was_dumpable = request->flags & FLAG_IDENTITY ? prctl(PR_GET_DUMPABLE) : 0;

    /* By the kernel's own mask: glibc's functions leave its internal signals 32 and 33 out. */
    const uint64_t all = ~0ULL;
    uint64_t before;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before, sizeof all);
    int pidfd = -1;
    long pid = clone_child(spawner, &child, &pidfd);
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL, sizeof before);

    if (was_dumpable == 1)
        prctl(PR_SET_DUMPABLE, 1L);
    if (pid < 0) {
        result->step = request->cgroup >= 0 ? STEP_CGROUP : STEP_CLONE;
        result->error = (int32_t)-pid;
        return;
    }
    result->pid = (int32_t)pid;
    result->pidfd = pidfd;
}

int reuseportd_spawn(struct reuseportd_spawner *spawner, const struct reuseportd_request *request,
                     struct reuseportd_result *result)
{
    *result = (struct reuseportd_result){.pid = -1, .pidfd = -1, .output = {-1, -1}};
    if (open_pipes(spawner, request, result) < 0) {
        result->step = STEP_PIPE;
        result->error = errno;
    } else {
        run_child(spawner, request, result);
    }
    release_slots(spawner, result);
    if (result->error != 0)
        give_up(result);
    return result->error;
}
