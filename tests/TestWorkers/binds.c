/*
 * binds [PROTOCOL,ADDRESS,PORT]...: opens these sockets and then sleeps. PROTOCOL is tcp4, tcp6, udp4 or
 * udp6; "tcp4-" and "tcp6-" bind without listening. Prints "bound PROTOCOL ADDRESS PORT" for each, or "failed
 * PROTOCOL ADDRESS PORT: ERRNO" with the number; then "ready". It never accepts a connection.
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "endpoint.h"

static int open_socket(const struct endpoint *endpoint)
{
    int fd = socket(endpoint->family, endpoint->type, 0);
    if (fd < 0 || endpoint_bind(endpoint, fd) < 0)
        return -1;
    if (endpoint->type == SOCK_STREAM && endpoint->protocol[4] != '-' && listen(fd, 16) < 0)
        return -1;
    struct sockaddr_storage bound;
    socklen_t size = sizeof bound;
    if (getsockname(fd, (struct sockaddr *)&bound, &size) < 0)
        return -1;
    in_port_t port = endpoint->family == AF_INET6 ? ((struct sockaddr_in6 *)&bound)->sin6_port
                                                  : ((struct sockaddr_in *)&bound)->sin_port;
    return ntohs(port);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        struct endpoint endpoint;
        if (endpoint_read(argv[i], &endpoint) < 0) {
            fprintf(stderr, "not PROTOCOL,ADDRESS,PORT: %s\n", argv[i]);
            return 2;
        }
        int bound = open_socket(&endpoint);
        if (bound < 0)
            printf("failed %s %s %d: %d\n", endpoint.protocol, endpoint.address, endpoint.port, errno);
        else
            printf("bound %s %s %d\n", endpoint.protocol, endpoint.address, bound);
    }
    printf("ready\n");
    fflush(stdout);
    for (;;)
        pause();
}
