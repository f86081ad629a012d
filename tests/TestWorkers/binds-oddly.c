/*
 * Binds without the preload library, in a program without a dynamic loader:
 *
 *   binds-oddly raw ENDPOINT...    sets SO_REUSEPORT to 0, then binds and listens by system calls of its own
 *   binds-oddly retry ENDPOINT...  binds one socket to the first of the endpoints that it can have
 *   binds-oddly retry-many COUNT   binds so many UDP sockets to port 7000, then each one to a port from 8000 on, and prints
 *                                  "retried FAILED BOUND SHARED": counts of the first binds that failed, of the second ones
 *                                  that succeeded, and of these the sockets with SO_REUSEPORT
 *   binds-oddly flood COUNT        binds so many UDP sockets to port 0, one after the other, and closes them
 *   binds-oddly time OPTION        binds 200 sockets to ports from 7000 on, with this SO_REUSEPORT, and prints
 *                                  "time STREAM DATAGRAM": nanoseconds for each bind(2)
 *
 * ENDPOINT as in endpoint.h. Prints "bound PORT REUSEPORT" with the option's value, or "failed ERRNO"; then "ready".
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "endpoint.h"

static int socket_of(const struct endpoint *endpoint)
{
    int off = 0;
    int fd = socket(endpoint->family, endpoint->type, 0);
    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &off, sizeof off);
    return fd;
}

static int bind_raw(const struct endpoint *endpoint, int fd)
{
    struct sockaddr_in inet = {.sin_family = AF_INET, .sin_port = htons((uint16_t)endpoint->port)};
    struct sockaddr_in6 inet6 = {.sin6_family = AF_INET6, .sin6_port = inet.sin_port};
    inet_pton(AF_INET, endpoint->address, &inet.sin_addr);
    inet_pton(AF_INET6, endpoint->address, &inet6.sin6_addr);
    int bound = endpoint->family == AF_INET ? (int)syscall(SYS_bind, fd, &inet, sizeof inet)
                                            : (int)syscall(SYS_bind, fd, &inet6, sizeof inet6);
    if (bound < 0 || endpoint->type != SOCK_STREAM)
        return bound;
    return (int)syscall(SYS_listen, fd, 16);
}

static void print(const struct endpoint *endpoint, int fd, int bound)
{
    int option = -1;
    socklen_t size = sizeof option;
    if (bound < 0) {
        printf("failed %d\n", errno);
        return;
    }
    getsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &option, &size);
    printf("bound %d %d\n", endpoint->port, option);
}

static long nanoseconds_of_bind(int type, int option)
{
    enum { COUNT = 200 }; /* outcomes beyond SHARE_BURST cost less */
    int fds[COUNT];
    struct timespec start;
    struct timespec end;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    for (int i = 0; i < COUNT; i++) {
        fds[i] = socket(AF_INET, type, 0);
        setsockopt(fds[i], SOL_SOCKET, SO_REUSEPORT, &option, sizeof option);
    }
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (int i = 0; i < COUNT; i++) {
        to.sin_port = htons((uint16_t)(7000 + i));
        if (bind(fds[i], (struct sockaddr *)&to, sizeof to) < 0)
            return -1;
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    for (int i = 0; i < COUNT; i++)
        close(fds[i]);
    return ((end.tv_sec - start.tv_sec) * 1000000000 + end.tv_nsec - start.tv_nsec) / COUNT;
}

enum { MOST = 1000 };

static void retry_many(int count)
{
    struct endpoint to = {.address = "127.0.0.1", .family = AF_INET, .type = SOCK_DGRAM};
    int fds[MOST];
    int failed = 0;
    int bound = 0;
    int shared = 0;
    for (int i = 0; i < count; i++) {
        to.port = 7000;
        fds[i] = socket_of(&to);
        failed += bind_raw(&to, fds[i]) < 0;
    }
    for (int i = 0; i < count; i++) {
        int option = 0;
        socklen_t size = sizeof option;
        to.port = 8000 + i;
        bound += bind_raw(&to, fds[i]) == 0;
        getsockopt(fds[i], SOL_SOCKET, SO_REUSEPORT, &option, &size);
        shared += option;
    }
    printf("retried %d %d %d\n", failed, bound, shared);
}

static void flood(int count)
{
    struct endpoint any = {.address = "127.0.0.1", .family = AF_INET, .type = SOCK_DGRAM};
    while (count-- > 0) {
        int fd = socket(AF_INET, SOCK_DGRAM, 0);
        endpoint_bind(&any, fd);
        close(fd);
    }
}

int main(int argc, char **argv)
{
    int retries = argc > 1 && strcmp(argv[1], "retry") == 0;
    int fd = -1;
    if (argc > 2 && strcmp(argv[1], "retry-many") == 0 && atoi(argv[2]) <= MOST)
        retry_many(atoi(argv[2]));
    else if (argc > 2 && strcmp(argv[1], "flood") == 0)
        flood(atoi(argv[2]));
    else if (argc > 2 && strcmp(argv[1], "time") == 0)
        printf("time %ld %ld\n", nanoseconds_of_bind(SOCK_STREAM, atoi(argv[2])),
               nanoseconds_of_bind(SOCK_DGRAM, atoi(argv[2])));
    else
        for (int i = 2; i < argc; i++) {
            struct endpoint endpoint;
            if (endpoint_read(argv[i], &endpoint) < 0)
                return 2;
            if (fd < 0 || !retries)
                fd = socket_of(&endpoint);
            int bound = bind_raw(&endpoint, fd);
            print(&endpoint, fd, bound);
            if (retries && bound == 0)
                break;
        }
    printf("ready\n");
    fflush(stdout);
    for (;;)
        pause();
}
