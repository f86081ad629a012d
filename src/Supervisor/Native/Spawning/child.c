/*
 * The code of the new process between clone and exec.
 *
 * The child runs in the daemon's memory (CLONE_VM), on its own stack, while the thread that created it waits
 * (CLONE_VFORK). Three rules follow:
 *
 * - No allocation, no lock, no stdio: another thread may hold the lock, and would never release it for the
 *   child.
 * - Raw system calls for ids: glibc's setuid() and others change all threads of "the process", and would look
 *   for them in the daemon's memory.
 * - All signals stay blocked until no handler is left, because a handler would run in the daemon's memory.
 *
 * A failed step is written to the result, which is in shared memory. A close-on-exec pipe would need three
 * more system calls and two descriptors for each start.
 *
 * The change of uid makes the shared memory non-dumpable (see commit_creds() in the kernel). So no other
 * process of the worker's user can trace the child while it uses the daemon's memory. The daemon restores
 * that later. Such a process can still stop the child (SIGSTOP), and a disk can delay it. So each step is
 * recorded before it begins, and another thread kills a start that takes too long.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "child_steps.h"

enum {
    SIGNALS = 64, /* the kernel's number, including 32 and 33, which glibc hides */
    KERNEL_SIGSET_SIZE = 8,
    EXIT_BEFORE_EXEC = 127,
};

_Noreturn void child_fail(const struct child *child, enum reuseportd_step step, int index, int error)
{
    child->result->step = (int32_t)step;
    child->result->index = index;
    child->result->error = error;
    for (;;)
        syscall(SYS_exit_group, EXIT_BEFORE_EXEC);
}

void child_must(const struct child *child, long answer, enum reuseportd_step step)
{
    child_must_of(child, answer, step, 0);
}

void child_must_of(const struct child *child, long answer, enum reuseportd_step step, int index)
{
    if (answer < 0)
        child_fail(child, step, index, errno);
}

/*
 * Resets all signals, which takes 12 of the 80 microseconds of a spawn (glibc's posix_spawn(3) makes as many
 * calls). CLONE_CLEAR_SIGHAND keeps ignored signals ignored, and the set of ignored signals is not known
 * before the clone. When a registration ends, the runtime restores the former disposition (SIGHUP ignored
 * under nohup(1)), possibly at this moment on another thread.
 *
 * This is the kernel's struct sigaction, not glibc's: all zero means SIG_DFL without flags on every
 * architecture.
 */
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

/* After the change of uid, which clears the setting. If the parent has died before, no signal would come. */
static void die_with_parent(const struct child *child)
{
    if (!(child->request->flags & FLAG_DIE_WITH_PARENT))
        return;
    child_must(child, prctl(PR_SET_PDEATHSIG, (long)SIGKILL), STEP_PARENT);
    if ((pid_t)syscall(SYS_getppid) != child->parent)
        child_fail(child, STEP_PARENT, 0, ESRCH);
}

static void reach(const struct child *child, enum reuseportd_step step)
{
    child->result->reached = (int32_t)step;
}

static int means_absent(int error)
{
    return error == ENOENT || error == ENOTDIR || error == ESTALE || error == ENODEV || error == ETIMEDOUT;
}

/*
 * Searches PATH like execvpe(3), with one difference: a file that the kernel cannot execute (ENOEXEC) is an
 * error, not a script for /bin/sh.
 */
static _Noreturn void execute(const struct child *child)
{
    const struct reuseportd_request *request = child->request;
    int denied = -1;
    int error = ENOENT;
    int index = 0;
    for (; request->candidates[index] != NULL; index++) {
        child->result->index = index; /* only known here if the exec succeeds */
        syscall(SYS_execve, request->candidates[index], request->argv, request->envp);
        error = errno;
        if (error == EACCES && denied < 0)
            denied = index;
        else if (error != EACCES && !means_absent(error))
            child_fail(child, STEP_EXEC, index, error);
    }
    if (denied >= 0)
        child_fail(child, STEP_EXEC, denied, EACCES);
    child_fail(child, STEP_EXEC, index > 0 ? index - 1 : 0, error);
}

int reuseportd_child_main(void *argument)
{
    const struct child *child = argument;
    reach(child, STEP_CGROUP);
    child_enter_cgroup(child); /* its descriptor is above the slots */
    reach(child, STEP_SECCOMP);
    child_notify_binds(child);
    child_leave_table(child);
    reset_signals();
    long session = syscall(SYS_setsid);
    child_must(child, session, STEP_SETSID);
    reuseportd_guard_remember(child->spawner->guard, (pid_t)session); /* from now on; before this, the child has no descendants */
    child_connect_streams(child);
    if (child->request->umask >= 0)
        syscall(SYS_umask, child->request->umask);
    child_set_resources(child);
    reach(child, STEP_UID);
    child_become_user(child);
    die_with_parent(child);
    reach(child, STEP_DIRECTORY);
    if (child->request->directory != NULL)
        child_must(child, syscall(SYS_chdir, child->request->directory), STEP_DIRECTORY);
    reach(child, STEP_EXEC);
    unblock_signals();
    execute(child);
}
