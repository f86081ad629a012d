/*
 * binds [PROTOCOL,ADDRESS,PORT]...: opens these sockets and then sleeps. PROTOCOL is tcp4, tcp6, udp4 or
 * udp6; "tcp4-" and "tcp6-" bind without listening. Prints "bound PROTOCOL ADDRESS PORT" for each, or "failed
 * PROTOCOL ADDRESS PORT: ERRNO" with the number; then "ready". It never accepts a connection.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int open_socket(const char *protocol, const char *address, int port)
{
    struct sockaddr_storage storage = {0};
    struct sockaddr_in *inet = (struct sockaddr_in *)&storage;
    struct sockaddr_in6 *inet6 = (struct sockaddr_in6 *)&storage;
    int is6 = protocol[3] == '6';
    int type = protocol[0] == 't' ? SOCK_STREAM : SOCK_DGRAM;
    socklen_t size = is6 ? sizeof *inet6 : sizeof *inet;
    if (is6) {
        inet6->sin6_family = AF_INET6;
        inet6->sin6_port = htons((uint16_t)port);
        inet_pton(AF_INET6, address, &inet6->sin6_addr);
    } else {
        inet->sin_family = AF_INET;
        inet->sin_port = htons((uint16_t)port);
        inet_pton(AF_INET, address, &inet->sin_addr);
    }

    int fd = socket(is6 ? AF_INET6 : AF_INET, type, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&storage, size) < 0)
        return -1;
    if (type == SOCK_STREAM && protocol[4] != '-' && listen(fd, 16) < 0)
        return -1;
    if (getsockname(fd, (struct sockaddr *)&storage, &size) < 0)
        return -1;
    return ntohs(is6 ? inet6->sin6_port : inet->sin_port);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        char protocol[8];
        char address[64];
        int port;
        if (sscanf(argv[i], "%7[^,],%63[^,],%d", protocol, address, &port) != 3 || strlen(protocol) < 4) {
            fprintf(stderr, "not PROTOCOL,ADDRESS,PORT: %s\n", argv[i]);
            return 2;
        }
        int bound = open_socket(protocol, address, port);
        if (bound < 0)
            printf("failed %s %s %d: %d\n", protocol, address, port, errno);
        else
            printf("bound %s %s %d\n", protocol, address, bound);
    }
    printf("ready\n");
    fflush(stdout);
    for (;;)
        pause();
}
