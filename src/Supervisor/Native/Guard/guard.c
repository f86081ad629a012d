/*
 * The guard: a fork of the daemon that waits for the daemon's end and then kills the workers' remaining
 * processes.
 *
 * The kernel kills the workers with the daemon (PR_SET_PDEATHSIG), but only the processes that the daemon
 * itself started. Their children survive: a killed daemon cannot kill them, and the next daemon does not know
 * them. The daemon closes a socket when it stops. If it ends otherwise, also by SIGKILL, the guard learns it
 * from a pidfd.
 *
 * The guard shares the daemon's table of file descriptors (CLONE_FILES). So after the end of the daemon, the
 * guard still has all of its descriptors: output pipes, control socket, BPF maps. If a successor is expected,
 * the guard waits for it, and ends the workers only if none comes. A successor has the daemon's end of the socket.
 * It claims the workers, asks for each descriptor by its number, and lets the guard go when it has taken over.
 *
 * A fork of a process with threads may use only async-signal-safe functions. So the code below uses no
 * allocation and no lock, and raw system calls where glibc would run handlers of its own. All signals stay
 * blocked, so no handler of the daemon runs here, and only SIGKILL ends the guard early.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "child.h"
#include "guard_hunt.h"
#include "guard_memory.h"
#include "guard_proc.h"
#include "guard_watch.h"

#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x00001000
#endif

static const char process_name[] = "reuseport-guard"; /* the kernel's longest name */

/*
 * The fork has the daemon's arguments and environment. Its arguments would make it look like the daemon
 * (pidof, pkill -f). Its environment would make it look like a worker, if another daemon had started this
 * one. Fields 48 to 51 of /proc/PID/stat are their addresses.
 */
static void change_identity(void)
{
    prctl(PR_SET_NAME, process_name);
    char stat[1024];
    if (reuseportd_guard_read("/proc/self/stat", stat, sizeof stat) < 0)
        return;
    for (int field = 48; field <= 50; field += 2) {
        const char *start = reuseportd_guard_field(stat, field);
        const char *end = reuseportd_guard_field(stat, field + 1);
        if (start == NULL || end == NULL)
            return;
        char *at = (char *)(uintptr_t)reuseportd_guard_number(start);
        char *const stop = (char *)(uintptr_t)reuseportd_guard_number(end);
        for (size_t i = 0; at < stop; at++, i++)
            *(volatile char *)at = field == 48 && at + 1 < stop && i < sizeof process_name ? process_name[i] : '\0';
    }
}

static _Noreturn void run(struct reuseportd_guard *guard, const struct reuseportd_watch *watch)
{
    syscall(SYS_setsid);
    reuseportd_guard_release_memory();
    syscall(SYS_chdir, "/");
    change_identity();
    reuseportd_guard_watch(watch, guard);
    /* The next daemon must find the control socket free while the workers are killed. A daemon that stops still
     * lives, and keeps its own table. The groups go to 0. The next daemon waits for the close of the guard's socket, which
     * goes to 1 and is the last: the kernel releases the files of one close_range in any order. */
    syscall(SYS_unshare, (unsigned long)CLONE_FILES);
    const int has_groups = watch->groups >= 0 && syscall(SYS_dup3, watch->groups, 0, O_CLOEXEC) == 0;
    if (!has_groups)
        syscall(SYS_close, 0);
    syscall(SYS_dup3, watch->socket[0], 1, O_CLOEXEC);
    if (reuseportd_close_from(2, 1) < 0)
        reuseportd_close_from(2, 0);
    syscall(SYS_close, 1);
    if (has_groups)
        reuseportd_guard_kill_groups(0);
    reuseportd_guard_hunt(guard);
    if (has_groups)
        reuseportd_guard_remove_groups(0);
    for (;;)
        syscall(SYS_exit_group, 0);
}

_Static_assert(sizeof(struct reuseportd_guarding) == 32, "laid out for 64-bit machines");

/* 0, or an errno. */
static int fork_guard(struct reuseportd_guarding *guarding, const struct reuseportd_watch *watch)
{
    const uint64_t all = ~0ULL;
    uint64_t before;
    int pidfd = -1;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before, sizeof all);
    long pid = syscall(SYS_clone, (unsigned long)(CLONE_FILES | CLONE_PIDFD | SIGCHLD), NULL, &pidfd, NULL, NULL);
    int error = errno;
    if (pid == 0)
        run(guarding->guard, watch);
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL, sizeof before);
    if (pid < 0)
        return error;

    guarding->pid = (int32_t)pid;
    /* For a kernel without CLONE_PIDFD: before the process is reaped, no other can have its pid. */
    guarding->pidfd = pidfd >= 0 ? pidfd : (int)syscall(SYS_pidfd_open, (pid_t)pid, 0);
    if (guarding->pidfd >= 0)
        return 0;
    error = errno;
    kill((pid_t)pid, SIGKILL);
    while (waitid(P_PID, (id_t)pid, NULL, WEXITED) < 0 && errno == EINTR)
        ;
    return error;
}

int reuseportd_guard_start(const char *mark, int groups, int32_t patience, struct reuseportd_guarding *guarding)
{
    *guarding = (struct reuseportd_guarding){.pid = -1, .pidfd = -1};
    size_t length = strlen(mark);
    if (length >= MARK_SIZE)
        return EINVAL;
    const int flags = MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE;
    struct reuseportd_guard *guard = mmap(NULL, sizeof *guard, PROT_READ | PROT_WRITE, flags, -1, 0);
    if (guard == MAP_FAILED)
        return errno;
    guard->patience = patience;
    guard->mark_length = (uint32_t)length;
    memcpy(guard->mark, mark, length);
    guarding->guard = guard;

    struct reuseportd_watch watch = {.daemon = (int)syscall(SYS_pidfd_open, getpid(), 0), .socket = {-1, -1}, .groups = groups};
    const int type = SOCK_SEQPACKET | SOCK_CLOEXEC;
    int error = watch.daemon < 0 || socketpair(AF_UNIX, type, 0, watch.socket) < 0 ? errno : 0;
    if (error == 0)
        error = fork_guard(guarding, &watch);
    if (error == 0) {
        guarding->socket = watch.socket[1];
        guarding->guards_end = watch.socket[0];
        guarding->daemon = watch.daemon;
        return 0;
    }
    for (int i = 0; i < 2; i++)
        if (watch.socket[i] >= 0)
            close(watch.socket[i]);
    if (watch.daemon >= 0)
        close(watch.daemon);
    munmap(guard, sizeof *guard);
    return error;
}

int reuseportd_guard_restart(struct reuseportd_guarding *guarding, int groups)
{
    const struct reuseportd_watch watch = {
        .daemon = guarding->daemon, .socket = {guarding->guards_end, guarding->socket}, .groups = groups};
    return fork_guard(guarding, &watch);
}

void reuseportd_guard_expect(struct reuseportd_guard *guard, int32_t patience)
{
    guard->patience = patience;
}

void reuseportd_guard_remember(struct reuseportd_guard *guard, pid_t session)
{
    if (guard != NULL && session > 0 && session < PID_LIMIT)
        guard->sessions[session / WORD_BITS] |= 1ULL << (session % WORD_BITS);
}

void reuseportd_guard_forget(struct reuseportd_guard *guard, int32_t session)
{
    if (guard != NULL && session > 0 && session < PID_LIMIT)
        guard->sessions[session / WORD_BITS] &= ~(1ULL << (session % WORD_BITS));
}
