/* The descriptors of the new process: only stdin, stdout and stderr. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "child_steps.h"

/* Leaves the daemon's table with the descriptors up to the last slot, before any number in it changes. */
void child_leave_table(const struct child *child)
{
    if (!child->shares_table)
        return;
    unsigned int last = 0;
    for (int slot = 0; slot < SLOT_COUNT; slot++)
        if ((unsigned int)child->spawner->slots[slot] > last)
            last = (unsigned int)child->spawner->slots[slot];
    child_must(child, syscall(SYS_close_range, last + 1, ~0U, CLOSE_RANGE_UNSHARE), STEP_CLOSE);
}

/*
 * The slots are above 2, so source and target always differ. For equal numbers dup3(2) fails, and dup2(2)
 * keeps close-on-exec.
 */
static void connect_output(const struct child *child, int index, enum reuseportd_step step)
{
    const int *slots = child->spawner->slots;
    int target = index + 1;
    int from = slots[SLOT_NULL];
    switch (child->request->output[index]) {
    case OUTPUT_PIPE:
        from = slots[SLOT_STDOUT + index];
        break;
    case OUTPUT_INHERIT:
        if (syscall(SYS_fcntl, target, F_GETFD) >= 0)
            return;
        break;
    default:
        break;
    }
    child_must(child, syscall(SYS_dup3, from, target, 0), step);
}

void child_connect_streams(const struct child *child)
{
    child_must(child, syscall(SYS_dup3, child->spawner->slots[SLOT_NULL], 0, 0), STEP_STDIN);
    connect_output(child, 0, STEP_STDOUT);
    connect_output(child, 1, STEP_STDERR);
    child_must(child, reuseportd_close_from(3, child->spawner->has_close_range), STEP_CLOSE);
}
