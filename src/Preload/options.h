/*
 * Setting an option of a socket in such a way that it can be taken back. A bind that fails leaves the socket
 * as it was found: a program may try the next port on the same socket, port 0 among them, and that one must
 * not be shared.
 */
#ifndef REUSEPORT_OPTIONS_H
#define REUSEPORT_OPTIONS_H

#include <net/if.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include "kernel.h"

enum { UNCHANGED = -1 };

/* Returns 0 or an errno negated. `found`, UNCHANGED before, becomes the value to go back to. */
static inline int option_set(int fd, int name, const int *wanted, int *found)
{
    unsigned int length = sizeof *found;

    kernel_getsockopt(fd, SOL_SOCKET, name, found, &length);
    return *found == *wanted ? 0 : kernel_setsockopt(fd, SOL_SOCKET, name, wanted, sizeof *wanted);
}

static inline void option_restore(int fd, int name, int found)
{
    if (found != UNCHANGED)
        kernel_setsockopt(fd, SOL_SOCKET, name, &found, sizeof found);
}

/*
 * The interface that a socket was bound to before: `changed` says whether there is something to go back to.
 */
struct device_found {
    bool changed;
    char name[IFNAMSIZ];
};

/* The kernel takes a name that is padded with zeros, and an empty one for "no interface". */
static inline int device_choose(int fd, const char *name)
{
    return kernel_setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, IFNAMSIZ - 1);
}

/*
 * Names are IFNAMSIZ bytes, padded with zeros. Returns 0 or an errno negated. Once a socket has an interface
 * only the privileged may set one, were it the same: so that case is left alone.
 */
static inline int device_set(int fd, const char *wanted, struct device_found *found)
{
    unsigned int length = IFNAMSIZ;

    memset(found->name, 0, IFNAMSIZ);
    kernel_getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, found->name, &length);
    found->changed = memcmp(found->name, wanted, IFNAMSIZ) != 0;
    return found->changed ? device_choose(fd, wanted) : 0;
}

static inline void device_restore(int fd, const struct device_found *found)
{
    if (found->changed)
        device_choose(fd, found->name);
}

#endif
