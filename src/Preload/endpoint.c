#include "endpoint.h"

bool endpoint_read(struct endpoint *at, int fd, const void *address, socklen_t length)
{
    const char *bytes = address;

    at->family = family_at(fd, address, length);
    if (at->family == AF_UNSPEC)
        return false;
    at->port = port_at(address);
    if (at->family == AF_INET) {
        endpoint_set_inet(at, bytes + offsetof(struct sockaddr_in, sin_addr));
        return true;
    }
    /* The address may cross the end of a mapping. */
    if (!memory_is_readable(fd, bytes + SHORTEST_SOCKADDR_IN6 - PROBED_BYTES))
        return false;
    endpoint_set_inet6(at, bytes + offsetof(struct sockaddr_in6, sin6_addr));
    return true;
}

bool endpoint_of_socket(struct endpoint *at, int fd)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof address;

    return kernel_call3(SYS_getsockname, fd, &address, &length) == 0 &&
           endpoint_read(at, fd, &address, length);
}
