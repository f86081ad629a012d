/* Loads the BPF program that chooses sockets. Layouts must match Linux/Interop/Native.Steering.cs. */
#ifndef REUSEPORTD_STEERING_H
#define REUSEPORTD_STEERING_H

#include <stdint.h>

#include "spawn.h"

/* Close-on-exec descriptors; the caller closes them. */
struct reuseportd_steering {
    int32_t program;
    int32_t sockets;
    int32_t slots;
    int32_t group;
};

/*
 * For `slot_count` slots. 0 or an errno: EPERM or EACCES without privileges, EINVAL if the kernel has no such
 * program type.
 */
REUSEPORTD_EXPORT int reuseportd_steering_open(uint32_t slot_count, struct reuseportd_steering *opened);

/*
 * Assigns a socket, by its descriptor in this process, to a slot; replaces the former socket atomically. 0 or
 * an errno.
 */
REUSEPORTD_EXPORT int reuseportd_steering_put(int sockets, uint32_t slot, int socket);

/* ENOENT if the slot has no socket. */
REUSEPORTD_EXPORT int reuseportd_steering_remove(int sockets, uint32_t slot);

/* The cookie (SO_COOKIE, socket(7)) of the slot's socket. ENOENT if the slot has no socket. */
REUSEPORTD_EXPORT int reuseportd_steering_cookie(int sockets, uint32_t slot, uint64_t *cookie);

/*
 * Checks descriptors that an earlier daemon has named, and sets the number of slots of the maps. EINVAL if they
 * are not a program of this kind and the maps of this program.
 */
REUSEPORTD_EXPORT int reuseportd_steering_check(const struct reuseportd_steering *opened, uint32_t *slot_count);

#endif
