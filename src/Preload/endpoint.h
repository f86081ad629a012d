/* The address of a socket: family, port and address, as one value for the filters and the lines. */
#ifndef REUSEPORT_ENDPOINT_H
#define REUSEPORT_ENDPOINT_H

#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "kernel.h"

/* The kernel's limits. The shortest sockaddr_in6 is that of RFC 2133, without sin6_scope_id. */
enum {
    SHORTEST_SOCKADDR_IN = sizeof(struct sockaddr_in),
    SHORTEST_SOCKADDR_IN6 = 24,
    LONGEST_SOCKADDR = sizeof(struct sockaddr_storage),
    PROBED_BYTES = sizeof(struct epoll_event),
};

struct endpoint {
    unsigned int family; /* AF_INET or AF_INET6 */
    unsigned int port;   /* host order */
    uint64_t high;       /* the address as 16 bytes in network order, an IPv4 one as ::ffff:a.b.c.d */
    uint64_t low;
};

_Static_assert(offsetof(struct sockaddr_in, sin_port) == offsetof(struct sockaddr_in6, sin6_port),
               "one port offset");
_Static_assert(offsetof(struct sockaddr_in, sin_addr) + 4 <= PROBED_BYTES,
               "one probe covers all bytes that are read of IPv4");
_Static_assert(PROBED_BYTES <= SHORTEST_SOCKADDR_IN, "no probe past the end");
_Static_assert(2 * PROBED_BYTES >= SHORTEST_SOCKADDR_IN6, "two probes cover all bytes that are read of IPv6");
_Static_assert(offsetof(struct sockaddr_in6, sin6_addr) + 16 <= SHORTEST_SOCKADDR_IN6,
               "address within the shortest");

/*
 * True if PROBED_BYTES can be read at an address that the program passed. The kernel judges a bad pointer
 * (EFAULT), so a hook must not fault on it first. epoll_ctl(2) copies its event before any other check; the
 * addition of descriptor -1 then ends in EBADF. That is one short system call. `fd` may be invalid.
 * Any other errno (of a seccomp filter) says nothing about the memory.
 */
static inline bool memory_is_readable(int fd, const void *memory)
{
    return kernel_call4(SYS_epoll_ctl, fd, EPOLL_CTL_ADD, -1, memory) != -EFAULT;
}

static inline unsigned int port_at(const void *address)
{
    const uint8_t *bytes = (const uint8_t *)address + offsetof(struct sockaddr_in, sin_port);
    return (unsigned int)bytes[0] << 8 | bytes[1];
}

/*
 * AF_INET or AF_INET6. AF_UNSPEC for anything but a whole address of either family: NULL, short, too long,
 * unreadable, or another family.
 */
static inline unsigned int family_at(int fd, const void *address, socklen_t length)
{
    sa_family_t family;

    if (length < SHORTEST_SOCKADDR_IN || length > LONGEST_SOCKADDR || !memory_is_readable(fd, address))
        return AF_UNSPEC;
    memcpy(&family, address, sizeof family);
    if (family == AF_INET || (family == AF_INET6 && length >= SHORTEST_SOCKADDR_IN6))
        return family;
    return AF_UNSPEC;
}

static inline void endpoint_set_inet(struct endpoint *at, const void *address)
{
    uint8_t bytes[8] = {0, 0, 0xff, 0xff};
    memcpy(bytes + 4, address, 4);
    at->high = 0;
    memcpy(&at->low, bytes, 8);
}

static inline void endpoint_set_inet6(struct endpoint *at, const void *address)
{
    memcpy(&at->high, address, 8);
    memcpy(&at->low, (const char *)address + 8, 8);
}

/* False if family_at returns AF_UNSPEC. */
bool endpoint_read(struct endpoint *at, int fd, const void *address, socklen_t length);

/* The present address of a socket; false for another family. */
bool endpoint_of_socket(struct endpoint *at, int fd);

#endif
