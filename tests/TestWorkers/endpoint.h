/* PROTOCOL,ADDRESS,PORT: a socket for a server to open. PROTOCOL is tcp4, tcp6, udp4 or udp6, with options behind it. */
#ifndef ENDPOINT_H
#define ENDPOINT_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

struct endpoint {
    char protocol[8];
    char address[64];
    int port;
    int family;
    int type;
};

/* 0, or -1 if the text is not an endpoint. */
static inline int endpoint_read(const char *text, struct endpoint *endpoint)
{
    if (sscanf(text, "%7[^,],%63[^,],%d", endpoint->protocol, endpoint->address, &endpoint->port) != 3 ||
        strlen(endpoint->protocol) < 4)
        return -1;
    endpoint->family = endpoint->protocol[3] == '6' ? AF_INET6 : AF_INET;
    endpoint->type = endpoint->protocol[0] == 't' ? SOCK_STREAM : SOCK_DGRAM;
    return 0;
}

static inline int endpoint_bind(const struct endpoint *endpoint, int fd)
{
    if (endpoint->family == AF_INET6) {
        struct sockaddr_in6 inet6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)endpoint->port)};
        inet_pton(AF_INET6, endpoint->address, &inet6.sin6_addr);
        return bind(fd, (struct sockaddr *)&inet6, sizeof inet6);
    }
    struct sockaddr_in inet = {.sin_family = AF_INET, .sin_port = htons((uint16_t)endpoint->port)};
    inet_pton(AF_INET, endpoint->address, &inet.sin_addr);
    return bind(fd, (struct sockaddr *)&inet, sizeof inet);
}

#endif
