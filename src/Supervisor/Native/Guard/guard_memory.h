/* The guard's share of the daemon's memory. */
#ifndef REUSEPORTD_GUARD_MEMORY_H
#define REUSEPORTD_GUARD_MEMORY_H

/*
 * Releases private anonymous memory that the calling thread cannot need. For the child of a fork that runs
 * only C code from now on.
 */
void reuseportd_guard_release_memory(void);

#endif
