/* Room for threads of this process: pids.max, RLIMIT_NPROC, pid_max, threads-max. */
#ifndef REUSEPORTD_THREAD_ROOM_H
#define REUSEPORTD_THREAD_ROOM_H

#include "spawn.h"

enum {
    MOST_TRIED_THREADS = 256,
};

/*
 * Makes `count` threads that end at once, at most MOST_TRIED_THREADS. 0, or the errno of the first that the
 * kernel refused: EAGAIN, or ENOMEM. Takes 20 us for each.
 */
REUSEPORTD_EXPORT int reuseportd_try_threads(int count);

#endif
