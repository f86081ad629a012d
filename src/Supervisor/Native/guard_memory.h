/* What the guard inherits of the daemon's memory. */
#ifndef REUSEPORTD_GUARD_MEMORY_H
#define REUSEPORTD_GUARD_MEMORY_H

/*
 * Gives back private anonymous memory that the calling thread cannot need. For the child of a fork that runs nothing but C from
 * here on.
 */
void reuseportd_guard_release_memory(void);

#endif
