/* The parts of child.c. Each runs in the child, and does not return if its step fails. */
#ifndef REUSEPORTD_CHILD_STEPS_H
#define REUSEPORTD_CHILD_STEPS_H

#include "child.h"

/* Reports the failure to the daemon, and ends the child. */
_Noreturn void child_fail(const struct child *child, enum reuseportd_step step, int index, int error);

/* Fails with errno if the result of a system call is negative. */
void child_must(const struct child *child, long answer, enum reuseportd_step step);
void child_must_of(const struct child *child, long answer, enum reuseportd_step step, int index);

/* child_binds.c: before child_leave_table. */
void child_notify_binds(const struct child *child);

/* child_streams.c */
void child_leave_table(const struct child *child);
void child_connect_streams(const struct child *child);

/* child_resources.c */
void child_enter_cgroup(const struct child *child);
void child_set_resources(const struct child *child);

/* child_user.c */
void child_become_user(const struct child *child);

/* child_capabilities.c: before and after the change of user. */
void child_keep_capabilities(const struct child *child);
void child_set_capabilities(const struct child *child);

#endif
