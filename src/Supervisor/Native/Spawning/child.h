#ifndef REUSEPORTD_CHILD_H
#define REUSEPORTD_CHILD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include "guard.h"
#include "spawn.h"

/* For headers older than Linux 5.3 and 5.9. */
#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef CLOSE_RANGE_UNSHARE
#define CLOSE_RANGE_UNSHARE (1U << 1)
#endif

/*
 * The descriptors that a child needs are at fixed low numbers of the daemon, reserved when the spawner is
 * opened. The child first shares the daemon's table. So it can drop all higher descriptors with one
 * close_range(2), and never copies the thousands of a large fleet.
 */
enum slot {
    SLOT_NULL = 0, /* /dev/null, read and write */
    SLOT_STDOUT,
    SLOT_STDERR,
    SLOT_COUNT,
};

struct reuseportd_spawner {
    void *stack; /* lowest address, a guard page first */
    size_t stack_size;
    int slots[SLOT_COUNT];
    int has_clone3;
    int has_close_range;
    struct reuseportd_guard *guard; /* told of every session; may be NULL */
};

struct child {
    const struct reuseportd_spawner *spawner;
    const struct reuseportd_request *request;
    volatile struct reuseportd_result *result;
    pid_t parent;
    int shares_table; /* created with CLONE_FILES */
    int enter_cgroup; /* not created in the group */
};

/* Runs in the child, on its own stack in the daemon's memory. Does not return. */
int reuseportd_child_main(void *child);

/* Creates the child; returns when it has left this memory. Its pid, or a negative errno. */
long reuseportd_clone_child(struct reuseportd_spawner *spawner, struct child *child);

/* Closes every descriptor from `first`. 0, or -1 with errno. */
int reuseportd_close_from(unsigned int first, int has_close_range);

/* clone3(2); the child starts with `run(argument)`. The pid, or a negative errno. */
long reuseportd_clone3(void *arguments, size_t size, int (*run)(void *), void *argument);

#endif
