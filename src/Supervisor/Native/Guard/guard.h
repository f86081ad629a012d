/* The process that kills the workers' trees if the daemon ends without doing so. */
#ifndef REUSEPORTD_GUARD_H
#define REUSEPORTD_GUARD_H

#include <stdint.h>
#include <sys/types.h>

#include "spawn.h"

/*
 * What the other end of the socket asks for. A claim has the pid of the successor, and GUARD_GIVE the number of a
 * descriptor of the dead daemon, whose copy comes with the answer. The others have no answer: the guard kills the
 * workers (GUARD_RELEASE), or ends without that (GUARD_LEAVE).
 *
 * A successor can die before it reads an answer. The next one then finds that answer in the socket, and knows by the id
 * that it is not its own. Earlier versions have neither id: their requests end before it, and so do the answers.
 */
enum { GUARD_CLAIM = 1, GUARD_GIVE = 2, GUARD_RELEASE = 3, GUARD_LEAVE = 4 };

struct reuseportd_guard_request {
    int32_t kind;
    int32_t number;
    int64_t id;
};

struct reuseportd_guard_answer {
    int32_t error; /* 0, or an errno */
    int32_t unused;
    int64_t id; /* of the request */
};

/* The daemon's view of a guard. The layout must match Linux/Interop/Native.cs. */
struct reuseportd_guarding {
    struct reuseportd_guard *guard; /* shared memory; never freed, as it ends with the daemon */
    int32_t pid;
    int32_t pidfd;
    int32_t socket; /* the guard kills the workers when every copy of this is closed */
    int32_t guards_end;
    int32_t daemon; /* pidfd of the daemon */
};

/*
 * `mark` is the NAME=value entry of the processes to kill. `groups` is the cgroup v2 directory with the
 * workers' groups, whose names contain an '@', or -1. `patience`: see reuseportd_guard_expect. Returns 0, or an
 * errno.
 */
REUSEPORTD_EXPORT int reuseportd_guard_start(const char *mark, int groups, int32_t patience,
                                            struct reuseportd_guarding *guarding);

/* Starts another guard in place of one that was killed and reaped: it knows what that one knew. Returns 0, or an errno. */
REUSEPORTD_EXPORT int reuseportd_guard_restart(struct reuseportd_guarding *guarding, int groups);

/*
 * If the daemon ends without a stop, the guard waits for a successor for this time in seconds before it kills the
 * workers. 0: it does not wait. Below 0: it only ends, because a former guard still keeps the workers.
 */
REUSEPORTD_EXPORT void reuseportd_guard_expect(struct reuseportd_guard *guard, int32_t patience);

/* The guard also kills this session of a worker, until reuseportd_guard_forget. Safe between clone and exec. */
REUSEPORTD_EXPORT void reuseportd_guard_remember(struct reuseportd_guard *guard, pid_t session);
REUSEPORTD_EXPORT void reuseportd_guard_forget(struct reuseportd_guard *guard, int32_t session);

#endif
