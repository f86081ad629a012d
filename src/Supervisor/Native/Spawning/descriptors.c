/* Closes the descriptors that a child must not keep. No allocation: this runs between clone and exec. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "child.h"
#include "directory_entry.h"

static unsigned int number_of(const char *name)
{
    unsigned int number = 0;
    for (; *name >= '0' && *name <= '9'; name++)
        number = number * 10 + (unsigned int)(*name - '0');
    return number;
}

/* Without /proc: tries every possible number. Slow, but complete. */
static void close_by_trying(unsigned int first)
{
    struct rlimit limit = {.rlim_cur = 1024};
    getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur > 1u << 20)
        limit.rlim_cur = 1u << 20;
    for (unsigned int fd = first; fd < limit.rlim_cur; fd++)
        syscall(SYS_close, fd);
}

static int close_listed(unsigned int first)
{
    int directory = (int)syscall(SYS_openat, AT_FDCWD, "/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0)
        return -1;

    _Alignas(struct entry) char buffer[4096];
    for (;;) {
        long length = syscall(SYS_getdents64, directory, buffer, sizeof buffer);
        if (length <= 0)
            break;
        for (long at = 0; at < length;) {
            const struct entry *entry = (const struct entry *)(const void *)(buffer + at);
            at += entry->size;
            if (entry->name[0] < '0' || entry->name[0] > '9')
                continue;
            unsigned int fd = number_of(entry->name);
            /* The directory offset of /proc/self/fd is the number, so closing during the walk skips none. */
            if (fd >= first && fd != (unsigned int)directory)
                syscall(SYS_close, fd);
        }
    }

    syscall(SYS_close, directory);
    return 0;
}

int reuseportd_close_from(unsigned int first, int has_close_range)
{
    if (has_close_range)
        return (int)syscall(SYS_close_range, first, ~0U, 0);
    if (close_listed(first) < 0)
        close_by_trying(first);
    return 0;
}
