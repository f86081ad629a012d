/*
 * shares NAME [-h] [-c] [-n] [PROTOCOL,ADDRESS,PORT]...: shares these ports (SO_REUSEPORT) and answers each connection
 * and each datagram with "NAME\n", then closes the connection. PROTOCOL is tcp4, tcp6 (both families), udp4 or udp6.
 * Prints "socket FD INODE" for each socket, then "ready PID". -h: accepts and reads nothing, so that all stays queued.
 * -c: a child has the sockets and does the work. -n: does not set the option. It handles no signals: SIGTERM ends it at
 * any point. It serves one client at a time, as the simplest servers do.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "endpoint.h"

#define MOST 16

static int open_socket(const char *asked, int shares)
{
    struct endpoint endpoint;
    if (endpoint_read(asked, &endpoint) < 0)
        return -1;
    int fd = socket(endpoint.family, endpoint.type, 0);
    if (fd < 0 || (shares && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &shares, sizeof shares) < 0) ||
        endpoint_bind(&endpoint, fd) < 0 || (endpoint.type == SOCK_STREAM && listen(fd, 1024) < 0))
        return -1;
    return fd;
}

static void answer(int fd, const char *line)
{
    char buffer[2048];
    struct sockaddr_storage from;
    socklen_t size = sizeof from;
    int type;
    socklen_t type_size = sizeof type;
    getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_size);
    if (type == SOCK_DGRAM) {
        if (recvfrom(fd, buffer, sizeof buffer, MSG_DONTWAIT, (struct sockaddr *)&from, &size) >= 0)
            sendto(fd, line, strlen(line), 0, (struct sockaddr *)&from, size);
        return;
    }
    int connection = accept(fd, NULL, NULL);
    if (connection < 0)
        return;
    send(connection, line, strlen(line), MSG_NOSIGNAL);
    /* The client closes first: no reset overtakes the answer. */
    shutdown(connection, SHUT_WR);
    recv(connection, buffer, sizeof buffer, 0);
    close(connection);
}

int main(int argc, char **argv)
{
    int holds = 0;
    int shares = 1;
    int at = 2;
    for (; at < argc && argv[at][0] == '-'; at++) {
        holds |= argv[at][1] == 'h';
        shares &= argv[at][1] != 'n';
        if (argv[at][1] == 'c' && fork() != 0)
            return wait(NULL) < 0;
    }

    char line[64];
    snprintf(line, sizeof line, "%s\n", argc > 1 ? argv[1] : "");
    struct pollfd polled[MOST];
    nfds_t count = 0;
    for (; at < argc && count < MOST; at++) {
        int fd = open_socket(argv[at], shares);
        struct stat status;
        if (fd < 0 || fstat(fd, &status) < 0) {
            perror(argv[at]);
            return 1;
        }
        printf("socket %d %lu\n", fd, (unsigned long)status.st_ino);
        polled[count++] = (struct pollfd){.fd = fd, .events = POLLIN};
    }
    printf("ready %d\n", (int)getpid());
    fflush(stdout);
    while (holds)
        pause();
    while (poll(polled, count, -1) > 0)
        for (nfds_t i = 0; i < count; i++)
            if (polled[i].revents)
                answer(polled[i].fd, line);
    return 1;
}
