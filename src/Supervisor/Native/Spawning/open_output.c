/*
 * Opens a file as another user, in a process with many threads.
 *
 * For the kernel, each thread has its own identity; glibc keeps all threads equal (nptl(7)). This thread
 * takes the user's groups, gid and uid by raw system calls, opens the file, and returns to its own identity.
 * Only effective ids change. The real and saved ids stay the daemon's, so the user's processes cannot signal
 * or trace the thread; they could signal a child that had become the user. No handler runs meanwhile, because
 * all signals are blocked. A thread that cannot return ends the daemon: it must not continue with another
 * identity.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "identity.h"
#include "spawn.h"

enum {
    OUTPUT_MODE = 0640,
};

struct capabilities {
    struct __user_cap_header_struct head;
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
};

struct former {
    struct capabilities capabilities;
    uint32_t uid;
    uint32_t gid;
    uint32_t *groups;
    long group_count;
};

/*
 * The last name may not be a link: services of root may log to directories that others can write to.
 * Non-blocking: a FIFO without a reader is an error (ENXIO), and a full FIFO blocks no thread.
 */
static int open_path(const char *path)
{
    const int flags = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK | O_CLOEXEC;
    long fd;
    do
        fd = syscall(SYS_openat, AT_FDCWD, path, flags, OUTPUT_MODE);
    while (fd < 0 && errno == EINTR);
    return fd < 0 ? -errno : (int)fd;
}

static int remember(struct former *former)
{
    *former = (struct former){.uid = geteuid(), .gid = getegid()};
    former->capabilities.head.version = _LINUX_CAPABILITY_VERSION_3;
    if (syscall(SYS_capget, &former->capabilities.head, former->capabilities.data) < 0)
        return -1;
    long count = syscall(SYS_getgroups, 0, NULL);
    if (count < 0)
        return -1;
    former->groups = malloc(sizeof *former->groups * (size_t)(count + 1));
    if (former->groups == NULL)
        return -1;
    former->group_count = syscall(SYS_getgroups, (size_t)count, former->groups);
    return former->group_count < 0 ? -1 : 0;
}

/*
 * In a daemon of root, the kernel has cleared the capabilities with the uid. Other daemons may have kept
 * some.
 */
static int drop_capabilities(const struct former *former)
{
    struct capabilities none = former->capabilities;
    for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
        none.data[i].effective = 0;
    return (int)syscall(SYS_capset, &none.head, none.data);
}

static int become(const struct reuseportd_identity *identity, const struct former *former)
{
    if (syscall(SYS_setresgid, -1L, (long)identity->gid, -1L) < 0 || syscall(SYS_setresuid, -1L, (long)identity->uid, -1L) < 0)
        return -1;
    return identity->uid == 0 ? 0 : drop_capabilities(former);
}

static void go_back(struct former *former)
{
    if (syscall(SYS_setresuid, -1L, (long)former->uid, -1L) < 0
        || syscall(SYS_capset, &former->capabilities.head, former->capabilities.data) < 0
        || syscall(SYS_setresgid, -1L, (long)former->gid, -1L) < 0
        || syscall(SYS_setgroups, (size_t)former->group_count, former->groups) < 0)
        abort();
}

static int open_as(const struct reuseportd_identity *identity, const char *path)
{
    struct former former;
    int answer = remember(&former) < 0 ? -errno : 0;
    /* Only the first change can be refused: then nothing has changed, and nothing must be restored. */
    if (answer == 0 && syscall(SYS_setgroups, (size_t)identity->group_count, identity->groups) < 0)
        answer = -errno;
    else if (answer == 0) {
        answer = become(identity, &former) < 0 ? -errno : open_path(path);
        go_back(&former);
    }
    free(former.groups);
    return answer;
}

int reuseportd_open_output(const char *path, const struct reuseportd_identity *identity)
{
    if (identity == NULL)
        return open_path(path);
    const uint64_t all = ~0ULL;
    uint64_t before;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before, sizeof all);
    reuseportd_identity_begin();
    int answer = open_as(identity, path);
    reuseportd_identity_end();
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL, sizeof before);
    return answer;
}
