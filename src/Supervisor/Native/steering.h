/* Loading of the program that chooses sockets in the kernel. Layouts are repeated in Linux/Native.cs: change both. */
#ifndef REUSEPORTD_STEERING_H
#define REUSEPORTD_STEERING_H

#include <stdint.h>

#include "spawn.h"

/* Descriptors, close-on-exec, the caller's to close. */
struct reuseportd_steering {
    int32_t program;
    int32_t sockets;
    int32_t slots;
    int32_t group;
};

/* For `slot_count` slots. 0 or an errno: EPERM or EACCES without the rights, EINVAL on a kernel that has no such program. */
REUSEPORTD_EXPORT int reuseportd_steering_open(uint32_t slot_count, struct reuseportd_steering *opened);

/* Puts a socket, by its descriptor in this process, into a slot; what was in it is out in the same moment. 0 or an errno. */
REUSEPORTD_EXPORT int reuseportd_steering_put(int sockets, uint32_t slot, int socket);

/* ENOENT where nothing is in the slot. */
REUSEPORTD_EXPORT int reuseportd_steering_remove(int sockets, uint32_t slot);

#endif
