/*
 * A seccomp(2) filter that makes bind(2) and listen(2) of the process, and of its descendants, wait for an answer of the
 * daemon (Linux/Seccomp/BindNotifier.cs). landlock_restrict_self(2) waits too: Landlock can forbid binds, and the daemon
 * must know that it cannot judge them.
 *
 * The filter is the first step after the cgroup, for two reasons. The child still shares the daemon's table of
 * descriptors, so the listener is in the daemon as soon as it exists, and no process of the worker's user can hold it up.
 * And the child has all rights of the daemon: with CAP_SYS_ADMIN it needs no no_new_privs. No later step of the child
 * makes one of these calls.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "child_steps.h"

/* For headers older than Linux 5.19 and 5.13. */
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

#ifndef SYS_landlock_restrict_self
#define SYS_landlock_restrict_self 446
#endif

#if defined(__x86_64__)
#define NATIVE_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE_ARCH AUDIT_ARCH_AARCH64
#endif

#ifdef NATIVE_ARCH
#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define SKIP_IF_EQUAL(value, count) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (count), 0)
#define SKIP_UNLESS_EQUAL(value, count) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, (count))
#define RETURN(action) BPF_STMT(BPF_RET | BPF_K, (action))

/* Calls of 32-bit programs have another architecture, those of x32 other numbers: both are allowed. */
static struct sock_filter instructions[] = {
    LOAD(arch),
    SKIP_UNLESS_EQUAL(NATIVE_ARCH, 4),
    LOAD(nr),
    SKIP_IF_EQUAL(SYS_bind, 3),
    SKIP_IF_EQUAL(SYS_listen, 2),
    SKIP_IF_EQUAL(SYS_landlock_restrict_self, 1),
    RETURN(SECCOMP_RET_ALLOW),
    RETURN(SECCOMP_RET_USER_NOTIF),
};

/*
 * WAIT_KILLABLE_RECV: a signal does not interrupt a call that the daemon has begun to answer. Otherwise the program would
 * repeat a bind that has succeeded, and get EINVAL. SPEC_ALLOW: the filter must not make the program slower (SSBD).
 */
static long install(void)
{
    const struct sock_fprog program = {sizeof instructions / sizeof *instructions, instructions};
    const unsigned long flags = SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV |
                                SECCOMP_FILTER_FLAG_SPEC_ALLOW;
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}
#else
static long install(void)
{
    errno = ENOSYS;
    return -1;
}
#endif

void child_notify_binds(const struct child *child)
{
    if (!(child->request->flags & FLAG_NOTIFY_BINDS))
        return;
    if (!child->shares_table) /* without close_range(2) the listener would be in the child only */
        child_fail(child, STEP_SECCOMP, 0, ENOSYS);
    if (child->request->flags & FLAG_NO_NEW_PRIVILEGES)
        child_must(child, prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L), STEP_NO_NEW_PRIVILEGES);
    long listener = install();
    child_must(child, listener, STEP_SECCOMP);
    child->result->listener = (int32_t)listener;
}
