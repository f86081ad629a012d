/* The guard's wait for the last owner of the workers. */
#ifndef REUSEPORTD_GUARD_WATCH_H
#define REUSEPORTD_GUARD_WATCH_H

#include "guard_hunt.h"

/* The daemon's descriptors that the guard uses, by their numbers in the shared table. */
struct reuseportd_watch {
    int daemon;    /* pidfd */
    int socket[2]; /* [0]: the guard's end */
    int groups;    /* directory, or -1 */
};

/*
 * Returns when the workers must end: their daemon has stopped, or has died and no successor came in time. A
 * successor that dies can be followed by another one, a few times. Ends the process if it is let go.
 */
void reuseportd_guard_watch(const struct reuseportd_watch *watch, const struct reuseportd_guard *guard);

#endif
