/*
 * http_load ADDRESS PORT CLIENTS SECONDS [keep|once]: a closed loop of CLIENTS with one open request each,
 * for SECONDS or until SIGTERM. Without "keep", each request has its own connection. With "keep", a
 * connection is used until the server sends "Connection: close" or closes it between two requests. With
 * "once", each client has one request, and requests begin evenly over SECONDS, independent of earlier requests.
 * At the end the program waits for open requests.
 *
 * The program prints one line of JSON: requests answered, failed, failed by cause, and slower than one second; the
 * times of answered requests in microseconds; and for each failure (the first 65,536) its time in seconds of
 * CLOCK_MONOTONIC and its client's port.
 *
 * A request fails if it is refused or reset, closed without a whole answer, answered with a status other than
 * 200, or not answered in 10 s. A kept connection may be closed before the first byte of an answer. Its request
 * is repeated once on a new connection, as browsers do (RFC 9112 9.3.1).
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http_answer.h"
#include "http_counts.h"

enum { ANSWER = 4096, PATIENCE = 10 };

struct client {
    int fd;
    int used;    /* answers on this connection */
    int retried; /* the request is repeated */
    int busy;    /* a request is open */
    int length;
    uint64_t since;
    char answer[ANSWER];
};

static struct sockaddr_in server;
static int poller;
static int keep, once;
static int under_way;
static volatile sig_atomic_t over;

static void stop(int signal)
{
    over = signal;
}

static void request(struct client *client);

/* The request has ended. The main loop begins the next one: here, refused connections would recurse. */
static void finish(struct client *client)
{
    client->busy = 0;
    client->retried = 0;
    under_way--;
}

static void disconnect(struct client *client)
{
    if (client->fd >= 0)
        close(client->fd);
    client->fd = -1;
    client->used = 0;
}

static int port(const struct client *client)
{
    struct sockaddr_in own = {0};
    socklen_t size = sizeof own;
    getsockname(client->fd, (struct sockaddr *)&own, &size);
    return ntohs(own.sin_port);
}

static void fail(struct client *client, enum cause cause)
{
    int stale = client->used > 0 && client->length == 0 && cause != LATE && !client->retried;
    struct failure failure = {now(), port(client)};
    disconnect(client);
    if (stale) {
        counts_reconnect();
        uint64_t since = client->since;
        client->retried = 1;
        request(client);
        client->since = since;
        return;
    }
    counts_failure(cause, failure);
    finish(client);
}

static void send_request(struct client *client)
{
    static const char only[] = "GET / HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n";
    static const char again[] = "GET / HTTP/1.1\r\nHost: bench\r\n\r\n";
    const char *text = keep ? again : only;
    if (send(client->fd, text, strlen(text), MSG_NOSIGNAL) < 0)
        fail(client, errno == ECONNREFUSED ? REFUSED : RESET);
}

static void request(struct client *client)
{
    under_way += !client->busy;
    client->busy = 1;
    client->length = 0;
    client->since = now();
    if (client->fd >= 0) {
        send_request(client);
        return;
    }
    int on = 1;
    client->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(client->fd, (struct sockaddr *)&server, sizeof server) < 0 && errno != EINPROGRESS) {
        fail(client, REFUSED);
        return;
    }
    struct epoll_event event = {.events = EPOLLOUT, .data.ptr = client};
    epoll_ctl(poller, EPOLL_CTL_ADD, client->fd, &event);
}

static void connected(struct client *client)
{
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(client->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) {
        fail(client, error == ECONNREFUSED ? REFUSED : RESET);
        return;
    }
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
    epoll_ctl(poller, EPOLL_CTL_MOD, client->fd, &event);
    send_request(client);
}

static void done(struct client *client, int closes)
{
    uint64_t took = now() - client->since;
    if (!answer_is_good(client->answer, client->length)) {
        fail(client, STATUS);
        return;
    }
    counts_answer(took);
    client->used++;
    if (!keep || closes)
        disconnect(client);
    finish(client);
}

static void readable(struct client *client)
{
    if (client->length == ANSWER - 1) {
        fail(client, STATUS);
        return;
    }
    ssize_t count = recv(client->fd, client->answer + client->length, (size_t)(ANSWER - 1 - client->length), 0);
    if (count < 0) {
        if (errno != EAGAIN)
            fail(client, RESET);
        return;
    }
    client->length += (int)count;
    client->answer[client->length] = 0;
    int closes = 0;
    long length = answer_length(client->answer, client->length, &closes);
    if (length > 0 && client->length >= length)
        done(client, closes);
    else if (count == 0 && length == 0)
        done(client, 1);
    else if (count == 0)
        fail(client, CLOSED);
}

static void fail_late(struct client *clients, int count, uint64_t time)
{
    for (int i = 0; i < count; i++)
        if (clients[i].busy && time - clients[i].since > PATIENCE * 1000000ULL)
            fail(&clients[i], LATE);
}

static void wait_for_events(int timeout)
{
    struct epoll_event events[64];
    int ready = epoll_wait(poller, events, 64, timeout);
    for (int i = 0; i < ready; i++) {
        if (events[i].events & EPOLLOUT)
            connected(events[i].data.ptr);
        else
            readable(events[i].data.ptr);
    }
}

/* Runs until `until` or SIGTERM, and then until no request is open. */
static void run(struct client *clients, int count, uint64_t begun, uint64_t until)
{
    double apart = once ? (double)(until - begun) / count : 0;
    uint64_t looked = begun;
    int started = 0;
    while (under_way > 0 || (!over && started < count)) {
        for (; !over && started < count && now() >= begun + (uint64_t)(apart * started); started++)
            request(&clients[started]);
        wait_for_events(started < count ? 1 : 100);
        for (int i = 0; i < started && !over && !once; i++)
            if (!clients[i].busy)
                request(&clients[i]);
        uint64_t time = now();
        if (time - looked > 100000) {
            looked = time;
            fail_late(clients, count, time);
        }
        over |= !once && time > until;
        if (over)
            counts_end(time);
    }
}

int main(int argc, char **argv)
{
    if (argc < 5)
        return 2;
    server.sin_family = AF_INET;
    server.sin_port = htons((uint16_t)atoi(argv[2]));
    inet_pton(AF_INET, argv[1], &server.sin_addr);
    int count = atoi(argv[3]);
    uint64_t until = now() + (uint64_t)(atof(argv[4]) * 1e6);
    keep = argc > 5 && strcmp(argv[5], "keep") == 0;
    once = argc > 5 && strcmp(argv[5], "once") == 0;
    signal(SIGTERM, stop);
    struct client *clients = calloc((size_t)count, sizeof *clients);
    poller = epoll_create1(0);
    if (clients == NULL || !counts_open())
        return 1;
    for (int i = 0; i < count; i++)
        clients[i].fd = -1;
    uint64_t begun = now();
    run(clients, count, begun, until);
    counts_end(now());
    counts_print(begun);
    return 0;
}
