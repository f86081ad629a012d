/*
 * The capabilities of the new process: after a change of user, and where some are asked for, these and no
 * others.
 *
 * execve(2) gives a program without file capabilities just the ambient set (capabilities(7)), and a capability
 * can be ambient only while it is permitted and inheritable too. A change from root to another user empties the
 * permitted set, unless PR_SET_KEEPCAPS was asked for before (exec ends that), and the ambient one always. Hence
 * the order: keep, change user, capset, raise. A worker whose permitted set grows beyond its ambient one in exec
 * would not be given the preload library (AT_SECURE).
 *
 * The inheritable set outlives a change of user, so it is emptied too: a program with inheritable file
 * capabilities would gain by it. One who runs as root has all of the bounding set after exec whatever it had
 * before, so nothing is taken away there.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "child_steps.h"

enum {
    HALVES = _LINUX_CAPABILITY_U32S_3,
    BITS = 32,
};

static int is_concerned(const struct child *child)
{
    return (child->request->flags & (FLAG_IDENTITY | FLAG_AMBIENT)) != 0;
}

void child_keep_capabilities(const struct child *child)
{
    if (!is_concerned(child))
        return;

    /* They would outlive the change from one ordinary user to another. EINVAL: a kernel without. */
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0L, 0L, 0L) < 0 && errno != EINVAL)
        child_fail(child, STEP_CAPABILITIES, CAPABILITIES_CLEAR_AMBIENT, errno);
    if (child->request->flags & FLAG_IDENTITY && child->request->ambient != 0)
        child_must_of(child, prctl(PR_SET_KEEPCAPS, 1L, 0L, 0L, 0L), STEP_CAPABILITIES, CAPABILITIES_KEEP);
}

/* What it cannot have is left out here: raising it fails then, and names it. */
static void reduce(const struct child *child, int is_root)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct sets[HALVES];
    child_must_of(child, syscall(SYS_capget, &header, sets), STEP_CAPABILITIES, CAPABILITIES_GET);
    for (int half = 0; half < HALVES; half++) {
        uint32_t held = (uint32_t)(child->request->ambient >> (half * BITS)) & sets[half].permitted;
        if (is_root) {
            sets[half].inheritable |= held;
        } else {
            sets[half].permitted = sets[half].effective = sets[half].inheritable = held;
        }
    }
    child_must_of(child, syscall(SYS_capset, &header, sets), STEP_CAPABILITIES, CAPABILITIES_SET);
}

void child_set_capabilities(const struct child *child)
{
    if (!is_concerned(child))
        return;
    int is_root = syscall(SYS_geteuid) == 0;
    if (is_root && child->request->ambient == 0)
        return;
    reduce(child, is_root);
    for (int number = 0; number < HALVES * BITS; number++) {
        if (!(child->request->ambient >> number & 1))
            continue;
        long answer = prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, (long)number, 0L, 0L);
        child_must_of(child, answer, STEP_AMBIENT, number);
    }
}
