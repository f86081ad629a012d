/*
 * The capabilities of the new process: exactly the requested ones, after a change of user or on request.
 *
 * execve(2) gives a program without file capabilities only the ambient set (capabilities(7)). A capability
 * can be ambient only while it is permitted and inheritable. A change from root to another user clears the
 * permitted set, unless PR_SET_KEEPCAPS was set before (exec resets it), and always clears the ambient set.
 * So the order is: keep, change user, capset, raise. If exec extends the permitted set beyond the ambient
 * set, the loader ignores LD_PRELOAD (AT_SECURE).
 *
 * The inheritable set survives a change of user, so it is cleared too: a program with inheritable file
 * capabilities would gain by it. A process of root has the whole bounding set after exec in any case, so
 * nothing is removed there.
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

    /* Ambient capabilities would survive a change between ordinary users. EINVAL: an older kernel. */
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0L, 0L, 0L) < 0 && errno != EINVAL)
        child_fail(child, STEP_CAPABILITIES, CAPABILITIES_CLEAR_AMBIENT, errno);
    if (child->request->flags & FLAG_IDENTITY && child->request->ambient != 0)
        child_must_of(child, prctl(PR_SET_KEEPCAPS, 1L, 0L, 0L, 0L), STEP_CAPABILITIES, CAPABILITIES_KEEP);
}

/* A capability that is not permitted is omitted here; raising it fails later and names it. */
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
