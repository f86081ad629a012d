/* The interface between the guard's main part (guard.c) and its work after the daemon's end (guard_hunt.c). */
#ifndef REUSEPORTD_GUARD_HUNT_H
#define REUSEPORTD_GUARD_HUNT_H

#include <stddef.h>
#include <stdint.h>

#include "guard.h"

enum {
    PID_LIMIT = 1 << 22, /* of 64-bit kernels */
    WORD_BITS = 64,
    SESSION_WORDS = PID_LIMIT / WORD_BITS,
    MARK_SIZE = 128,
};

/* Shared by daemon and guard; unused pages of a bitmap cost nothing. */
struct reuseportd_guard {
    uint32_t mark_length;
    char mark[MARK_SIZE];
    _Atomic int32_t patience;                 /* for a successor, in seconds */
    _Atomic uint64_t sessions[SESSION_WORDS]; /* a bit for each session number of a worker */
    uint64_t held[SESSION_WORDS];             /* the guard's own: numbers that some process still has */
};

/* Kills all processes in the workers' groups, by cgroup.kill (Linux 5.14) if the kernel has it. */
void reuseportd_guard_kill_groups(int directory);

/*
 * Removes the workers' groups when their processes have ended, and with them the BPF programs that are attached to them.
 * Gives up after a second: the next daemon removes the others.
 */
void reuseportd_guard_remove_groups(int directory);

/* Kills all processes with the mark or in a remembered session. */
void reuseportd_guard_hunt(struct reuseportd_guard *guard);

#endif
