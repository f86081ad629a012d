/* Resources and scheduling of the new process. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "child_steps.h"

enum {
    IOPRIO_WHO_PROCESS = 1,
    AFFINITY_SIZE = 8192 / 8, /* NR_CPUS of the largest kernels, in bytes */
};

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

void child_enter_cgroup(const struct child *child)
{
    if (child->enter_cgroup)
        child_must(child, write_text(child->request->cgroup, "cgroup.procs", "0"), STEP_CGROUP);
}

/* Decimal of -1000 to 1000, written to the end of `buffer`. */
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

/* While the parent waits in vfork, this is the child's own value, although the memory is shared. */
static void set_oom_score(const struct child *child)
{
    if (!(child->request->flags & FLAG_OOM_SCORE_ADJ))
        return;
    char buffer[16];
    const char *text = decimal(child->request->oom_score_adj, buffer, sizeof buffer);
    child_must(child, write_text(AT_FDCWD, "/proc/self/oom_score_adj", text), STEP_OOM_SCORE_ADJ);
}

/*
 * The kernel uses the allowed part of the mask and does not report the rest, as long as one CPU is left. So
 * the mask is read back: a worker for CPUs 2 and 9 must not run on 2 alone.
 */
static void set_affinity(const struct child *child)
{
    const struct reuseportd_request *request = child->request;
    if (request->cpus == NULL)
        return;
    long answer = syscall(SYS_sched_setaffinity, 0, (size_t)request->cpus_size, request->cpus);
    child_must_of(child, answer, STEP_AFFINITY, -1);

    uint8_t allowed[AFFINITY_SIZE] = {0};
    if (syscall(SYS_sched_getaffinity, 0, sizeof allowed, allowed) < 0)
        return;
    for (uint32_t byte = 0; byte < request->cpus_size && byte < sizeof allowed; byte++) {
        unsigned int missing = request->cpus[byte] & (unsigned int)~allowed[byte];
        if (missing != 0)
            child_fail(child, STEP_AFFINITY, (int)(byte * 8) + __builtin_ctz(missing), EINVAL);
    }
}

static void set_limits(const struct child *child)
{
    for (uint32_t i = 0; i < child->request->limit_count; i++) {
        const struct reuseportd_limit *limit = &child->request->limits[i];
        const uint64_t pair[2] = {limit->soft, limit->hard}; /* struct rlimit64 */
        child_must_of(child, syscall(SYS_prlimit64, 0, limit->resource, pair, NULL), STEP_LIMIT, (int)i);
    }
}

/* For an ordinary user, the limits rlimit_nice and rtprio bound these values, so the limits are set first. */
static void set_scheduling(const struct child *child)
{
    const struct reuseportd_request *request = child->request;
    if (request->flags & FLAG_NICE)
        child_must(child, syscall(SYS_setpriority, PRIO_PROCESS, 0, request->nice), STEP_NICE);
    if (request->flags & FLAG_SCHEDULING) {
        const int priority = request->scheduling_priority; /* struct sched_param */
        long answer = syscall(SYS_sched_setscheduler, 0, request->scheduling_policy, &priority);
        child_must(child, answer, STEP_SCHEDULING);
    }
    if (request->flags & FLAG_IO_PRIORITY) {
        long answer = syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, request->io_priority);
        child_must(child, answer, STEP_IO_PRIORITY);
    }
}

void child_set_resources(const struct child *child)
{
    set_oom_score(child); /* before the limits: a low limit of descriptors would prevent it */
    set_affinity(child);
    set_limits(child);
    set_scheduling(child);
}
