/*
 * udp_load ADDRESS PORT CLIENTS SECONDS PATIENCE_MS: a closed loop of CLIENTS with one open DNS query each,
 * for SECONDS or until SIGTERM. Each query has its own socket, and so its own source port, like those of
 * resolvers. No query is repeated: a query without an answer in PATIENCE_MS is lost. At the end the program
 * waits for open queries. Then it prints one line of JSON. servfail: the answers with this code.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SERVFAIL = 2 }; /* RFC 1035 4.1.1 */

struct client {
    int fd;
    uint64_t since;
    uint16_t id;
};

static struct sockaddr_in server;
static int poller, under_way;
static uint64_t answered, lost, refused, servfail, worst, patience;
static volatile sig_atomic_t over;

static uint64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_nsec / 1000;
}

static void stop(int signal)
{
    over = signal;
}

/* bench. TXT IN */
static void query(struct client *client)
{
    static uint16_t id;
    unsigned char text[] = {0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 5, 'b', 'e', 'n', 'c', 'h', 0, 0, 16, 0, 1};
    client->id = ++id;
    memcpy(text, &client->id, sizeof client->id);
    client->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    client->since = now();
    under_way++;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
    if (connect(client->fd, (struct sockaddr *)&server, sizeof server) < 0 ||
        epoll_ctl(poller, EPOLL_CTL_ADD, client->fd, &event) < 0 ||
        send(client->fd, text, sizeof text, 0) < 0) {
        perror("udp_load");
        exit(1);
    }
}

static void end(struct client *client, uint64_t *count)
{
    (*count)++;
    close(client->fd);
    client->fd = -1;
    under_way--;
    if (!over)
        query(client);
}

static void readable(struct client *client)
{
    unsigned char text[512];
    ssize_t size = recv(client->fd, text, sizeof text, 0);
    if (size < 0) {
        if (errno != EAGAIN)
            end(client, &refused);
        return;
    }
    if (size < 12 || memcmp(text, &client->id, sizeof client->id) != 0)
        return;
    uint64_t took = now() - client->since;
    worst = took > worst ? took : worst;
    servfail += (text[3] & 0x0F) == SERVFAIL;
    end(client, &answered);
}

int main(int argc, char **argv)
{
    if (argc != 6)
        return 2;
    server.sin_family = AF_INET;
    server.sin_port = htons((uint16_t)atoi(argv[2]));
    inet_pton(AF_INET, argv[1], &server.sin_addr);
    int count = atoi(argv[3]);
    uint64_t begun = now(), until = begun + (uint64_t)(atof(argv[4]) * 1e6), looked = begun, ended = 0, in_time = 0;
    patience = (uint64_t)atoi(argv[5]) * 1000;
    signal(SIGTERM, stop);
    struct client *clients = calloc((size_t)count, sizeof *clients);
    poller = epoll_create1(EPOLL_CLOEXEC);
    if (clients == NULL)
        return 1;
    for (int i = 0; i < count; i++)
        query(&clients[i]);
    while (under_way > 0) {
        struct epoll_event events[64];
        int ready = epoll_wait(poller, events, 64, 50);
        for (int i = 0; i < ready; i++)
            readable(events[i].data.ptr);
        uint64_t time = now();
        if (time - looked > 50000) {
            looked = time;
            for (int i = 0; i < count; i++)
                if (clients[i].fd >= 0 && time - clients[i].since > patience)
                    end(&clients[i], &lost);
        }
        over |= time > until;
        if (over && ended == 0) {
            ended = time;
            in_time = answered;
        }
    }
    printf("{\"answered\": %llu, \"failed\": %llu, \"lost\": %llu, \"refused\": %llu, \"servfail\": %llu, "
           "\"per_second\": %.0f, \"worst\": %llu}\n",
           (unsigned long long)answered, (unsigned long long)(lost + refused), (unsigned long long)lost,
           (unsigned long long)refused, (unsigned long long)servfail,
           (double)in_time * 1e6 / (double)(ended - begun), (unsigned long long)worst);
    return 0;
}
