/*
 * What the new process does between clone and exec.
 *
 * It runs in the daemon's memory (CLONE_VM), on a stack of its own, while the thread that made it waits
 * (CLONE_VFORK). Three rules follow:
 *
 *  - Nothing that allocates, locks or touches stdio: another thread may hold the lock for ever, from here.
 *  - Raw system calls for ids: glibc's setuid() and its kin change all threads of "the process", and would look for
 *    them in the daemon's memory.
 *  - All signals stay blocked until no handler is left, since a handler would run in the daemon's memory.
 *
 * A step that fails is written to the result, which the daemon sees because the memory is its own. A close-on-exec
 * pipe would do it too, for three more system calls and two descriptors each time; it only pays where memory is
 * not shared.
 *
 * Changing the uid makes the shared memory non-dumpable (see commit_creds() in the kernel), so no other process of the
 * worker's user can trace the child while it still stands in the daemon's memory; the daemon puts that back. Such
 * a process can still stop the child (SIGSTOP) and by that the daemon; so what comes after the change of uid is
 * only what must: directory, files and exec.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include "child.h"

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

enum {
    SIGNALS = 64,          /* of the kernel; 32 and 33, which glibc hides, among them */
    KERNEL_SIGSET_SIZE = 8,
    OUTPUT_MODE = 0640,
    EXIT_BEFORE_EXEC = 127,
};

static _Noreturn void fail(const struct child *child, enum reuseportd_step step, int index, int error)
{
    child->result->step = (int32_t)step;
    child->result->index = index;
    child->result->error = error;
    for (;;)
        syscall(SYS_exit_group, EXIT_BEFORE_EXEC);
}

static void must(const struct child *child, long answer, enum reuseportd_step step)
{
    if (answer < 0)
        fail(child, step, 0, errno);
}

/* The kernel's struct sigaction, not glibc's: all zero is SIG_DFL without flags on every architecture. */
static void reset_signals(void)
{
    char standard[64] = {0};
    for (int number = 1; number <= SIGNALS; number++)
        if (number != SIGKILL && number != SIGSTOP)
            syscall(SYS_rt_sigaction, number, standard, NULL, (size_t)KERNEL_SIGSET_SIZE);
}

static void unblock_signals(void)
{
    const uint64_t none = 0;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, (size_t)KERNEL_SIGSET_SIZE);
}

static int write_text(int directory, const char *path, const char *text)
{
    int fd = (int)syscall(SYS_openat, directory, path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    long written = syscall(SYS_write, fd, text, strlen(text));
    int error = errno;
    syscall(SYS_close, fd);
    errno = error;
    return written < 0 ? -1 : 0;
}

static void enter_cgroup(const struct child *child)
{
    if (child->enter_cgroup)
        must(child, write_text(child->request->cgroup, "cgroup.procs", "0"), STEP_CGROUP);
}

/* Leaves the daemon's table with what stands below the last slot, before any number in it is changed. */
static void leave_table(const struct child *child)
{
    if (!child->shares_table)
        return;
    unsigned int last = 0;
    for (int slot = 0; slot < SLOT_COUNT; slot++)
        if ((unsigned int)child->spawner->slots[slot] > last)
            last = (unsigned int)child->spawner->slots[slot];
    must(child, syscall(SYS_close_range, last + 1, ~0U, CLOSE_RANGE_UNSHARE), STEP_CLOSE);
}

/* The slots lie above 2, so source and target are never one number, on which dup3(2) fails and dup2(2) keeps cloexec. */
static void connect_output(const struct child *child, int index, enum reuseportd_step step)
{
    const int *slots = child->spawner->slots;
    int target = index + 1;
    int from = slots[SLOT_NULL];
    switch (child->request->output[index].kind) {
    case OUTPUT_PIPE:
        from = slots[SLOT_STDOUT + index];
        break;
    case OUTPUT_INHERIT:
        if (syscall(SYS_fcntl, target, F_GETFD) >= 0)
            return;
        break;
    default: /* a file is opened later, as the worker's user; until then nothing may take the number */
        break;
    }
    must(child, syscall(SYS_dup3, from, target, 0), step);
}

static void connect_streams(const struct child *child)
{
    must(child, syscall(SYS_dup3, child->spawner->slots[SLOT_NULL], 0, 0), STEP_STDIN);
    connect_output(child, 0, STEP_STDOUT);
    connect_output(child, 1, STEP_STDERR);
    must(child, reuseportd_close_from(3, child->spawner->has_close_range), STEP_CLOSE);
}

/* Decimal of -1000 to 1000 at the end of `buffer`. */
static const char *decimal(int number, char *buffer, size_t size)
{
    unsigned int rest = number < 0 ? (unsigned int)-number : (unsigned int)number;
    char *at = buffer + size - 1;
    *at = '\0';
    do {
        *--at = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (number < 0)
        *--at = '-';
    return at;
}

static void set_resources(const struct child *child)
{
    const struct reuseportd_request *request = child->request;
    if (request->flags & FLAG_NICE)
        must(child, syscall(SYS_setpriority, PRIO_PROCESS, 0, request->nice), STEP_NICE);

    /* While the parent waits in vfork this is the child's own value, although the memory is shared. */
    if (request->flags & FLAG_OOM_SCORE_ADJ) {
        char buffer[16];
        const char *text = decimal(request->oom_score_adj, buffer, sizeof buffer);
        must(child, write_text(AT_FDCWD, "/proc/self/oom_score_adj", text), STEP_OOM_SCORE_ADJ);
    }

    if (request->cpus != NULL)
        must(child, syscall(SYS_sched_setaffinity, 0, (size_t)request->cpus_size, request->cpus), STEP_AFFINITY);

    for (uint32_t i = 0; i < request->limit_count; i++) {
        const struct reuseportd_limit *limit = &request->limits[i];
        const uint64_t pair[2] = {limit->soft, limit->hard}; /* struct rlimit64 */
        if (syscall(SYS_prlimit64, 0, limit->resource, pair, NULL) < 0)
            fail(child, STEP_LIMIT, (int)i, errno);
    }
}

static void become_user(const struct child *child)
{
    const struct reuseportd_request *request = child->request;
    if (request->flags & FLAG_IDENTITY) {
        /* Ambient capabilities would outlive the change from one ordinary user to another. EINVAL: a kernel without. */
        if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0L, 0L, 0L) < 0 && errno != EINVAL)
            fail(child, STEP_CAPABILITIES, 0, errno);
        must(child, syscall(SYS_setgroups, (size_t)request->group_count, request->groups), STEP_GROUPS);
        must(child, syscall(SYS_setresgid, request->gid, request->gid, request->gid), STEP_GID);
        must(child, syscall(SYS_setresuid, request->uid, request->uid, request->uid), STEP_UID);
    }
    if (request->flags & FLAG_NO_NEW_PRIVILEGES)
        must(child, prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L), STEP_NO_NEW_PRIVILEGES);
}

/* After the change of uid, which clears it. The parent may have died before: then nobody will tell. */
static void die_with_parent(const struct child *child)
{
    if (!(child->request->flags & FLAG_DIE_WITH_PARENT))
        return;
    must(child, prctl(PR_SET_PDEATHSIG, (long)SIGKILL), STEP_PARENT);
    if ((pid_t)syscall(SYS_getppid) != child->parent)
        fail(child, STEP_PARENT, 0, ESRCH);
}

/*
 * As the worker's user, so a path made by that user leads nowhere that the user could not go; and no link as the last
 * name, for those services that run as root and log where others can write. Non-blocking, so that a FIFO nobody
 * reads is an error (ENXIO) and not a daemon that waits for ever.
 */
static void open_output(const struct child *child, int index, enum reuseportd_step step)
{
    const struct reuseportd_output *output = &child->request->output[index];
    if (output->kind != OUTPUT_FILE)
        return;
    const int flags = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK | O_CLOEXEC;
    int fd = (int)syscall(SYS_openat, AT_FDCWD, output->path, flags, OUTPUT_MODE);
    must(child, fd, step);
    must(child, syscall(SYS_fcntl, fd, F_SETFL, O_APPEND), step);
    must(child, syscall(SYS_dup3, fd, index + 1, 0), step);
    syscall(SYS_close, fd);
}

/*
 * As execvpe(3) goes through PATH, but for one thing: what the kernel cannot execute (ENOEXEC) is an error, not
 * a script for /bin/sh.
 */
static _Noreturn void execute(const struct child *child)
{
    const struct reuseportd_request *request = child->request;
    int denied = -1;
    int error = ENOENT;
    int index = 0;
    for (; request->candidates[index] != NULL; index++) {
        child->result->index = index; /* of the one that succeeds, nobody else can tell */
        syscall(SYS_execve, request->candidates[index], request->argv, request->envp);
        error = errno;
        if (error == EACCES && denied < 0)
            denied = index;
        else if (error != EACCES && error != ENOENT && error != ENOTDIR && error != ESTALE && error != ENODEV &&
                 error != ETIMEDOUT)
            fail(child, STEP_EXEC, index, error);
    }
    if (denied >= 0)
        fail(child, STEP_EXEC, denied, EACCES);
    fail(child, STEP_EXEC, index > 0 ? index - 1 : 0, error);
}

int reuseportd_child_main(void *argument)
{
    const struct child *child = argument;
    enter_cgroup(child); /* its descriptor is above the slots */
    leave_table(child);
    reset_signals();
    must(child, syscall(SYS_setsid), STEP_SETSID);
    connect_streams(child);
    if (child->request->umask >= 0)
        syscall(SYS_umask, child->request->umask);
    set_resources(child);
    become_user(child);
    die_with_parent(child);
    if (child->request->directory != NULL)
        must(child, syscall(SYS_chdir, child->request->directory), STEP_DIRECTORY);
    open_output(child, 0, STEP_STDOUT);
    open_output(child, 1, STEP_STDERR);
    unblock_signals();
    execute(child);
}
