/*
 * The settings from the environment. The library reads and copies them once, at its load or at the first call of a
 * hook: a program may overwrite its environment later, as programs that set their title do.
 *
 *   LIBREUSEPORT_ADDR      one address or a comma list; IPv4, IPv6, prefixes. Default: any.
 *                          0.0.0.0 and :: are the wildcard addresses themselves; 0.0.0.0/0 means every IPv4
 *                          address, ::/0 every IPv6 one. IPv4 and its v4-mapped IPv6 form are one address.
 *   LIBREUSEPORT_PORT      one port, or a comma list of ports and ranges 8000-8010.
 *                          Default, and 0: any port but 0.
 *   SO_REUSEPORT           1 set, 0 clear, -1 leave. Default 1.
 *   SO_REUSEADDR           the same. Default -1.
 *   SO_BINDTODEVICE        the interface for matching sockets. If setting it fails, the bind fails.
 *   LIBREUSEPORT_BACKLOG   0 to 2147483647: the smallest backlog of listen(2) on matching sockets. Default 0.
 *   LIBREUSEPORT_DEBUG     1: lines on stderr. 0, the default: only lines for invalid values.
 *   LIBREUSEPORT_STDERR    DEV:INO, the decimal st_dev and st_ino of fstat(2): lines are written only while
 *                          descriptor 2 is this file, and dropped otherwise. Default: the file that was
 *                          descriptor 2 at load; after that also pipes, devices and files with O_APPEND.
 *
 * An empty value counts as unset. Blanks around a value or an item of a list are skipped.
 *
 * An invalid value is never guessed. It causes a line on stderr, and has these effects:
 *
 *   a filter (ADDR, PORT)        matches nothing: no option is set on any socket.
 *   SO_REUSEPORT, SO_REUSEADDR   neither of the two is set: SO_REUSEADDR without SO_REUSEPORT would take a
 *                                UDP port over from the sockets that share it. Sockets still match, for
 *                                device and backlog.
 *   SO_BINDTODEVICE              fails the binds of matching sockets with ENODEV, like a missing interface:
 *                                a socket that was to be confined is never unconfined.
 *   BACKLOG, DEBUG               count as unset.
 *   STDERR                       no line is written at all, not even for this value: a line in an unknown
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

/* The work of the hook for bind. */
enum settings_state {
    SETTINGS_UNREAD,
    SETTINGS_SIMPLE,   /* one range of ports, any address, no device, no lines */
    SETTINGS_CONFINED, /* the same with a device */
    SETTINGS_GENERAL,
};

struct settings {
    atomic_int state; /* written last: a thread that reads another value than SETTINGS_UNREAD may read the rest */
    int reuse_port;   /* 1, 0 or LEAVE */
    int reuse_address;
    int backlog; /* 0: unchanged */
    bool debug;
    bool confined; /* SO_BINDTODEVICE is set; an empty device then means an invalid name */
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
 * The settings of the process. The first call reads them and resolves the next functions. No thread waits: while
 * another thread reads them, this call reads into its own `scratch` and returns that. The same holds if this
 * call, in a signal handler, interrupts the reading.
 */
const struct settings *settings_get(struct settings *scratch);

static inline bool settings_match(const struct settings *settings, const struct endpoint *at)
{
    return port_filter_holds(&settings->ports, at->port) &&
           (!settings->addresses.listed || address_filter_holds(&settings->addresses, at));
}

#endif
