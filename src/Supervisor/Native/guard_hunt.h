/* Between the guard's life (guard.c) and what it does at the daemon's end (guard_hunt.c). */
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

/* Shared by daemon and guard; the pages of a bitmap that nobody touches cost nothing. */
struct reuseportd_guard {
    uint32_t mark_length;
    char mark[MARK_SIZE];
    _Atomic uint64_t sessions[SESSION_WORDS]; /* one bit for each number: a worker's */
    uint64_t held[SESSION_WORDS];             /* the guard's own: numbers that some process still has */
};

/* Reads a small file below /proc as text. Its length, or -1. */
long reuseportd_guard_read(const char *path, char *buffer, size_t size);

/* The decimal number at `at`. */
uint64_t reuseportd_guard_number(const char *at);

/* Field `field` of the text of /proc/PID/stat, as proc(5) counts them, from the 3rd on. NULL where there is none. */
const char *reuseportd_guard_field(const char *stat, int field);

/* Kills all that is in the groups of the workers, by cgroup.kill where the kernel has it (Linux 5.14). */
void reuseportd_guard_kill_groups(int directory);

/* Ends all that is marked or in a remembered session. */
void reuseportd_guard_hunt(struct reuseportd_guard *guard);

#endif
