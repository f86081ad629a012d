/*
 * What the environment asked for. It is read once, when the library is loaded or a hook is first called,
 * whichever comes first, and copied: a program may overwrite its environment later, as those that set their
 * title do.
 *
 *   LIBREUSEPORT_ADDR      one address or a list with commas; IPv4, IPv6, prefixes. Default: any.
 *                          0.0.0.0 and :: are the wildcard addresses themselves; 0.0.0.0/0 is every IPv4
 *                          address, ::/0 every IPv6 one. IPv4 and its v4-mapped IPv6 form are one address.
 *   LIBREUSEPORT_PORT      one port, or a list with commas of ports and ranges 8000-8010.
 *                          Default, and 0: any port but 0.
 *   SO_REUSEPORT           1 set, 0 clear, -1 leave. Default 1.
 *   SO_REUSEADDR           the same. Default -1.
 *   SO_BINDTODEVICE        the interface that matching sockets are bound to. Failing it fails the bind.
 *   LIBREUSEPORT_BACKLOG   0 to 2147483647: the least backlog of listen(2) on matching sockets. Default 0.
 *   LIBREUSEPORT_DEBUG     1: lines on stderr. 0, the default: only those for values that cannot be read.
 *   LIBREUSEPORT_STDERR    DEV:INO, the decimal st_dev and st_ino of fstat(2): lines are written only while
 *                          descriptor 2 is this file, and dropped otherwise. Default: the file that was
 *                          descriptor 2 at load; after that also pipes, devices and files with O_APPEND.
 *
 * An empty value is an unset one. Blanks around a value or an item of a list are skipped.
 *
 * A value that cannot be read is never guessed. It gets a line on stderr, and
 *
 *   a filter (ADDR, PORT)        matches nothing: nothing is set on any socket;
 *   SO_REUSEPORT, SO_REUSEADDR   neither of the two is set: SO_REUSEADDR without SO_REUSEPORT would take a
 *                                UDP port over from those that share it. Sockets still match, for device
 *                                and backlog;
 *   SO_BINDTODEVICE              fails the binds of matching sockets with ENODEV, as an interface that is
 *                                not there does: a socket that was to be confined never gets out;
 *   BACKLOG, DEBUG               are as if unset;
 *   STDERR                       no line is written at all, nor is one for this value: a line in an unknown
 *                                file does harm.
 */
#ifndef REUSEPORT_SETTINGS_H
#define REUSEPORT_SETTINGS_H

#include <net/if.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "addresses.h"
#include "endpoint.h"
#include "ports.h"

enum { LEAVE = -1 };

/* What the hook for bind has to do. */
enum settings_state {
    SETTINGS_UNREAD,
    SETTINGS_SIMPLE,   /* one range of ports, any address, no device, no lines */
    SETTINGS_CONFINED, /* the same with a device */
    SETTINGS_GENERAL,
};

struct settings {
    atomic_int state; /* written last: who reads other than SETTINGS_UNREAD may read the rest */
    int reuse_port;   /* 1, 0 or LEAVE */
    int reuse_address;
    int backlog; /* 0: raise nothing */
    bool debug;
    bool confined; /* SO_BINDTODEVICE was given; an empty device is then one that could not be read */
    char device[IFNAMSIZ];
    struct port_filter ports;
    struct address_filter addresses;
};

extern __attribute__((visibility("hidden"))) struct settings settings_of_process;

static inline int settings_state(void)
{
    return atomic_load_explicit(&settings_of_process.state, memory_order_acquire);
}

/*
 * The process's settings. Where they have not been read this reads them, and resolves the functions that the
 * hooks pass on to. Nobody waits here: a caller that finds another thread at it (or that interrupts it, in a
 * signal handler) reads into its own `scratch` and is given that.
 */
const struct settings *settings_get(struct settings *scratch);

static inline bool settings_match(const struct settings *settings, const struct endpoint *at)
{
    return port_filter_holds(&settings->ports, at->port) &&
           (!settings->addresses.listed || address_filter_holds(&settings->addresses, at));
}

#endif
