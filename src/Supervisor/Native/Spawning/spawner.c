/* State that outlives one start: the child's stack, the low descriptors, and the kernel's features. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "child.h"

enum {
    STACK_SIZE = 64 * 1024, /* the child's deepest frame is the 4 KiB of getdents64 */
    FIRST_SLOT = 3,
};

static int open_stack(struct reuseportd_spawner *spawner)
{
    size_t guard = (size_t)sysconf(_SC_PAGESIZE);
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK;
    char *base = mmap(NULL, guard + STACK_SIZE, PROT_READ | PROT_WRITE, flags, -1, 0);
    if (base == MAP_FAILED)
        return -1;
    spawner->stack = base + guard;
    spawner->stack_size = STACK_SIZE;
    return mprotect(base, guard, PROT_NONE);
}

static void close_stack(struct reuseportd_spawner *spawner)
{
    size_t guard = (size_t)sysconf(_SC_PAGESIZE);
    if (spawner->stack != NULL)
        munmap((char *)spawner->stack - guard, guard + spawner->stack_size);
}

static int open_slots(struct reuseportd_spawner *spawner)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0)
        return -1;
    int failed = 0;
    for (int slot = 0; slot < SLOT_COUNT && !failed; slot++) {
        spawner->slots[slot] = fcntl(null, F_DUPFD_CLOEXEC, FIRST_SLOT);
        failed = spawner->slots[slot] < 0;
    }
    int error = errno;
    close(null);
    errno = error;
    return failed ? -1 : 0;
}

int reuseportd_spawner_open(struct reuseportd_guard *guard, struct reuseportd_spawner **opened)
{
    struct reuseportd_spawner *spawner = calloc(1, sizeof *spawner);
    if (spawner == NULL)
        return ENOMEM;
    for (int slot = 0; slot < SLOT_COUNT; slot++)
        spawner->slots[slot] = -1;
    if (open_stack(spawner) < 0 || open_slots(spawner) < 0) {
        int error = errno;
        reuseportd_spawner_close(spawner);
        return error;
    }
    spawner->guard = guard;
    spawner->has_clone3 = 1;
    /* A range without open descriptors: only the system call itself can fail. */
    spawner->has_close_range = syscall(SYS_close_range, ~0U, ~0U, 0) == 0;
    *opened = spawner;
    return 0;
}

void reuseportd_spawner_close(struct reuseportd_spawner *spawner)
{
    if (spawner == NULL)
        return;
    for (int slot = 0; slot < SLOT_COUNT; slot++)
        if (spawner->slots[slot] >= 0)
            close(spawner->slots[slot]);
    close_stack(spawner);
    free(spawner);
}
