/*
 * The daemon's side of a start: pipes, clone, and the child's result.
 *
 * The pipes are created here instead of by the caller: a leaked write end would keep a worker's stream open
 * for ever.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "identity.h"

/* The layouts of Linux/Interop/Native.cs. */
_Static_assert(sizeof(struct reuseportd_request) == 136, "laid out for 64-bit machines");
_Static_assert(sizeof(struct reuseportd_limit) == 24, "laid out for 64-bit machines");
_Static_assert(sizeof(struct reuseportd_result) == 40, "laid out for 64-bit machines");

/* Only the daemon's read end is non-blocking: the worker would inherit O_NONBLOCK on the write end. */
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
        if (request->output[index] == OUTPUT_PIPE && open_pipe(spawner, index, result) < 0)
            return -1;
    return 0;
}

/* Writes decimal digits at `at`; returns their end. */
static char *write_number(char *at, uint64_t number)
{
    char digits[20];
    size_t count = 0;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    while (count > 0)
        *at++ = digits[--count];
    return at;
}

/* Identifies the child's file at descriptor 2 as DEV:INO, or as an empty text if there is none. */
static void name_stderr(const struct reuseportd_spawner *spawner, const struct reuseportd_request *request)
{
    int source = spawner->slots[request->output[1] == OUTPUT_PIPE ? SLOT_STDERR : SLOT_NULL];
    if (request->output[1] == OUTPUT_INHERIT && fcntl(STDERR_FILENO, F_GETFD) >= 0)
        source = STDERR_FILENO;
    struct stat file;
    char *at = request->stderr_file;
    if (fstat(source, &file) == 0) {
        at = write_number(at, file.st_dev);
        *at++ = ':';
        at = write_number(at, file.st_ino);
    }
    *at = '\0';
}

/* Puts /dev/null back over the write ends: the slots stay reserved, and only the worker holds its pipe. */
static void release_slots(const struct reuseportd_spawner *spawner, const struct reuseportd_result *result)
{
    for (int index = 0; index < 2; index++)
        if (result->output[index] >= 0)
            dup3(spawner->slots[SLOT_NULL], spawner->slots[SLOT_STDOUT + index], O_CLOEXEC);
}

static void give_up(const struct reuseportd_spawner *spawner, struct reuseportd_result *result)
{
    for (int index = 0; index < 2; index++) {
        if (result->output[index] >= 0)
            close(result->output[index]);
        result->output[index] = -1;
    }
    if (result->listener >= 0)
        close(result->listener);
    result->listener = -1;
    if (result->pidfd >= 0)
        return; /* the caller reaps it when it ends, which a tracer can delay (ptrace(2)) */
    const int32_t pid = result->pid;
    result->pid = -1; /* for other threads, before another process can have the number */
    reuseportd_guard_forget(spawner->guard, pid);
    if (pid > 0)
        while (waitid(P_PID, (id_t)pid, NULL, WEXITED) < 0 && errno == EINTR)
            ;
}

/* For a child of the old clone(2). Before it is reaped, no other process can have its pid. */
static int open_pidfd(pid_t pid, struct reuseportd_result *result)
{
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (pidfd < 0 && result->error == 0) {
        result->step = STEP_CLONE;
        result->error = errno;
        kill(pid, SIGKILL);
    }
    return pidfd;
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
    if (request->flags & FLAG_IDENTITY)
        reuseportd_identity_begin();

    /* With the kernel's mask: glibc's functions omit its internal signals 32 and 33. */
    const uint64_t all = ~0ULL;
    uint64_t before;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before, sizeof all);
    long pid = reuseportd_clone_child(spawner, &child);
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL, sizeof before);

    if (request->flags & FLAG_IDENTITY)
        reuseportd_identity_end();
    if (pid < 0) {
        result->step = request->cgroup >= 0 ? STEP_CGROUP : STEP_CLONE;
        result->error = (int32_t)-pid;
        return;
    }
    result->pid = (int32_t)pid;
    if (result->pidfd < 0)
        result->pidfd = open_pidfd((pid_t)pid, result);
}

int reuseportd_spawn(struct reuseportd_spawner *spawner, const struct reuseportd_request *request,
                     struct reuseportd_result *result)
{
    *result = (struct reuseportd_result){.pid = -1, .pidfd = -1, .output = {-1, -1}, .reached = STEP_CLONE,
                                         .listener = -1};
    if (open_pipes(spawner, request, result) < 0) {
        result->step = STEP_PIPE;
        result->error = errno;
    } else {
        if (request->stderr_file != NULL)
            name_stderr(spawner, request);
        run_child(spawner, request, result);
    }
    release_slots(spawner, result);
    if (result->error != 0)
        give_up(spawner, result);
    return result->error;
}
