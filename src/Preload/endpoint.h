/* Where a socket is bound: family, port and address, as one value that the filters and the lines work on. */
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

/* The kernel's limits. The shortest sockaddr_in6 is that of RFC 2133, which had no sin6_scope_id. */
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
               "one probe covers what is read of IPv4");
_Static_assert(PROBED_BYTES <= SHORTEST_SOCKADDR_IN, "no probe past the end");
_Static_assert(2 * PROBED_BYTES >= SHORTEST_SOCKADDR_IN6, "two probes cover what is read of IPv6");
_Static_assert(offsetof(struct sockaddr_in6, sin6_addr) + 16 <= SHORTEST_SOCKADDR_IN6,
               "address within the shortest");

/*
 * Whether PROBED_BYTES can be read at an address that a program gave. A bad pointer is the kernel's to judge
 * (EFAULT), so a hook may not fault on it first. epoll_ctl(2) copies its event in before it looks at anything
 * else, and adding descriptor -1 can then only end in EBADF. That is one short system call, and it needs no
 * descriptor: any `fd` will do, good or bad. Whatever else is answered (a seccomp filter's errno) is no
 * verdict on the memory.
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
 * AF_INET or AF_INET6; AF_UNSPEC for what is not a whole address of either: NULL, short, overlong,
 * unreadable, other.
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

/* False for what family_at refuses. */
bool endpoint_read(struct endpoint *at, int fd, const void *address, socklen_t length);

/* The address that a socket has now; false where it has none of these families. */
bool endpoint_of_socket(struct endpoint *at, int fd);

#endif
