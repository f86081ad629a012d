/* What the new process may use, and whom it runs as. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "child_steps.h"

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

void child_set_resources(const struct child *child)
{
    const struct reuseportd_request *request = child->request;
    if (request->flags & FLAG_NICE)
        child_must(child, syscall(SYS_setpriority, PRIO_PROCESS, 0, request->nice), STEP_NICE);

    /* While the parent waits in vfork this is the child's own value, although the memory is shared. */
    if (request->flags & FLAG_OOM_SCORE_ADJ) {
        char buffer[16];
        const char *text = decimal(request->oom_score_adj, buffer, sizeof buffer);
        child_must(child, write_text(AT_FDCWD, "/proc/self/oom_score_adj", text), STEP_OOM_SCORE_ADJ);
    }

    if (request->cpus != NULL)
        child_must(child, syscall(SYS_sched_setaffinity, 0, (size_t)request->cpus_size, request->cpus),
             STEP_AFFINITY);

    for (uint32_t i = 0; i < request->limit_count; i++) {
        const struct reuseportd_limit *limit = &request->limits[i];
        const uint64_t pair[2] = {limit->soft, limit->hard}; /* struct rlimit64 */
        if (syscall(SYS_prlimit64, 0, limit->resource, pair, NULL) < 0)
            child_fail(child, STEP_LIMIT, (int)i, errno);
    }
}

void child_become_user(const struct child *child)
{
    const struct reuseportd_request *request = child->request;
    if (request->flags & FLAG_IDENTITY) {
        /*
         * Ambient capabilities would outlive the change from one ordinary user to another. EINVAL: a kernel
         * without.
         */
        if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0L, 0L, 0L) < 0 && errno != EINVAL)
            child_fail(child, STEP_CAPABILITIES, 0, errno);
        child_must(child, syscall(SYS_setgroups, (size_t)request->group_count, request->groups), STEP_GROUPS);
        child_must(child, syscall(SYS_setresgid, request->gid, request->gid, request->gid), STEP_GID);
        child_must(child, syscall(SYS_setresuid, request->uid, request->uid, request->uid), STEP_UID);
    }
    if (request->flags & FLAG_NO_NEW_PRIVILEGES)
        child_must(child, prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L), STEP_NO_NEW_PRIVILEGES);
}
