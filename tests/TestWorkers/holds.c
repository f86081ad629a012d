/*
 * holds ADDRESS PORT: accepts all connections at once and holds them until their clients close. For each byte it answers
 * with the same byte, ends its own side after an "h", and closes after a "c". Prints "ready".
 */
#include <errno.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "endpoint.h"

static int poller;

static void watch(int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
}

static void serve(int client)
{
    char byte;
    if (recv(client, &byte, 1, 0) != 1 || byte == 'c') {
        close(client);
        return;
    }
    send(client, &byte, 1, MSG_NOSIGNAL);
    if (byte == 'h')
        shutdown(client, SHUT_WR);
}

int main(int argc, char **argv)
{
    struct endpoint endpoint = {.family = AF_INET};
    if (argc != 3 || sscanf(argv[1], "%63s", endpoint.address) != 1 || sscanf(argv[2], "%d", &endpoint.port) != 1)
        return 2;
    int server = socket(AF_INET, SOCK_STREAM, 0);
    poller = epoll_create1(0);
    if (endpoint_bind(&endpoint, server) < 0 || listen(server, 1024) < 0) {
        perror(argv[1]);
        return 1;
    }
    watch(server);
    printf("ready\n");
    fflush(stdout);
    struct epoll_event event;
    for (;;) {
        int ready = epoll_wait(poller, &event, 1, -1);
        if (ready < 0 && errno == EINTR) /* after SIGCONT, signal(7) */
            continue;
        if (ready != 1)
            return 1;
        if (event.data.fd != server)
            serve(event.data.fd);
        else
            watch(accept(server, NULL, NULL));
    }
}
