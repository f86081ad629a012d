/* The descriptors of the new process: stdin, stdout, stderr, and no others. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "child_steps.h"

enum {
    OUTPUT_MODE = 0640,
};

/* Leaves the daemon's table with what stands below the last slot, before any number in it is changed. */
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
 * The slots lie above 2, so source and target are never one number, on which dup3(2) fails and dup2(2) keeps
 * cloexec.
 */
static void connect_output(const struct child *child, int index, enum reuseportd_step step)
{
    const int *slots = child->spawner->slots;
    int target = index + 1;
    int from = slots[SLOT_NULL];
    switch (child->request->output[index].kind) {
    case OUTPUT_PIPE:
        from = slots[SLOT_STDOUT + index];
        break;
    case OUTPUT_INHERIT:
        if (syscall(SYS_fcntl, target, F_GETFD) >= 0)
            return;
        break;
    default: /* a file is opened later, as the worker's user; until then nothing may take the number */
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

/*
 * As the worker's user, so a path made by that user leads nowhere that the user could not go; and no link as
 * the last name, for those services that run as root and log where others can write. Non-blocking, so that a
 * FIFO nobody reads is an error (ENXIO) and not a daemon that waits for ever.
 */
static void open_output(const struct child *child, int index, enum reuseportd_step step)
{
    const struct reuseportd_output *output = &child->request->output[index];
    if (output->kind != OUTPUT_FILE)
        return;
    const int flags = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK | O_CLOEXEC;
    int fd = (int)syscall(SYS_openat, AT_FDCWD, output->path, flags, OUTPUT_MODE);
    child_must(child, fd, step);
    child_must(child, syscall(SYS_fcntl, fd, F_SETFL, O_APPEND), step);
    child_must(child, syscall(SYS_dup3, fd, index + 1, 0), step);
    syscall(SYS_close, fd);
}

void child_open_files(const struct child *child)
{
    open_output(child, 0, STEP_STDOUT);
    open_output(child, 1, STEP_STDERR);
}
