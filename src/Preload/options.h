/*
 * Sets an option of a socket so that it can be restored. A bind that fails leaves the socket unchanged: the
 * program may try another port on the same socket. A socket on port 0 must not be shared.
 */
#ifndef REUSEPORT_OPTIONS_H
#define REUSEPORT_OPTIONS_H

#include <net/if.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include "kernel.h"

enum { UNCHANGED = -1 };

/* Returns 0 or a negative errno. `found`, UNCHANGED before, becomes the former value. */
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

/* The former interface of a socket: `changed` tells whether to restore it. */
struct device_found {
    bool changed;
    char name[IFNAMSIZ];
};

/* The kernel accepts a name that is padded with zeros, and an empty name for "no interface". */
static inline int device_choose(int fd, const char *name)
{
    return kernel_setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, IFNAMSIZ - 1);
}

/*
 * Names have IFNAMSIZ bytes, padded with zeros. Returns 0 or a negative errno. Once a socket has an
 * interface, only a privileged process may set one, even the same: so the same name is not set again.
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
