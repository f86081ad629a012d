/* The user, groups and privileges of the new process. */
#define _GNU_SOURCE
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "child_steps.h"

void child_become_user(const struct child *child)
{
    const struct reuseportd_request *request = child->request;
    child_keep_capabilities(child);
    if (request->flags & FLAG_IDENTITY) {
        child_must(child, syscall(SYS_setgroups, (size_t)request->group_count, request->groups), STEP_GROUPS);
        child_must(child, syscall(SYS_setresgid, request->gid, request->gid, request->gid), STEP_GID);
        child_must(child, syscall(SYS_setresuid, request->uid, request->uid, request->uid), STEP_UID);
    }
    child_set_capabilities(child);
    if (request->flags & FLAG_NO_NEW_PRIVILEGES)
        child_must(child, prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L), STEP_NO_NEW_PRIVILEGES);
}
