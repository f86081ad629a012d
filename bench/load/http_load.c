/*
 * http_load ADDRESS PORT CLIENTS SECONDS [keep|once]: a closed loop of CLIENTS that each have one request under way, for
 * SECONDS or until SIGTERM. Without "keep" each request has a connection of its own; with it a connection is used again until
 * the server says "Connection: close" or closes it between two requests. With "once" each client has one request only, and
 * they begin evenly over SECONDS, whatever becomes of those before. What is under way at the end is waited for. Then one line
 * of JSON: requests answered, failed, those by cause, those that took over a second, the times of all that were answered in
 * microseconds, and of each failure (the first 65,536) when it came, in seconds of CLOCK_MONOTONIC, and its client's port.
 *
 * A failure is what a user would see: refused or reset, closed without a whole answer, a status that is not 200, no answer in 10 s. One kept
 * connection that was closed before a byte of the answer came is tried once more on a new one, as RFC 9112 9.3.1 has it and every browser does.
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
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { ANSWER = 4096, MOST_TIMES = 1 << 22, MOST_FAILURES = 1 << 16, PATIENCE = 10, SLOW_US = 1000000 };

struct failure {
    uint64_t at;
    int port;
};

struct client {
    int fd;
    int used;    /* answers that this connection has brought */
    int retried; /* the request is tried for the second time */
    int busy;    /* a request is under way */
    int length;
    uint64_t since;
    char answer[ANSWER];
};

enum cause { REFUSED, RESET, CLOSED, STATUS, LATE, CAUSES };
static const char *const names[CAUSES] = {"refused", "reset", "closed", "status", "late"};

static struct sockaddr_in server;
static int poller;
static int keep, once;
static int under_way;
static uint64_t answered, in_time, slow, failed[CAUSES], reconnects;
static uint32_t *times;
static struct failure failures[MOST_FAILURES];
static size_t noted;
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

static void request(struct client *client);

/* Its request has come to its end; the loop begins the next, as one that is refused at once would begin it from within itself. */
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
        reconnects++;
        uint64_t since = client->since;
        client->retried = 1;
        request(client);
        client->since = since;
        return;
    }
    failed[cause]++;
    if (noted < MOST_FAILURES)
        failures[noted++] = failure;
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

/* Bytes of the whole answer; 0 where its length is not known before the connection ends; -1 before the end of the head. */
static long whole(const struct client *client, int *closes)
{
    const char *end = memmem(client->answer, (size_t)client->length, "\r\n\r\n", 4);
    if (end == NULL)
        return -1;
    long head = end + 4 - client->answer;
    long length = 0;
    *closes = strncmp(client->answer, "HTTP/1.0", 8) == 0;
    for (const char *line = client->answer; line < end; line = strstr(line, "\r\n") + 2) {
        if (strncasecmp(line, "Content-Length:", 15) == 0)
            length = head + atol(line + 15);
        else if (strncasecmp(line, "Connection: close", 17) == 0)
            *closes = 1;
    }
    return length;
}

static void done(struct client *client, int closes)
{
    int good = client->length > 12 && strncmp(client->answer + 9, "200", 3) == 0;
    uint64_t took = now() - client->since;
    if (!good) {
        fail(client, STATUS);
        return;
    }
    if (answered < MOST_TIMES)
        times[answered] = (uint32_t)took;
    answered++;
    slow += took > SLOW_US;
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
    long length = whole(client, &closes);
    if (length > 0 && client->length >= length)
        done(client, closes);
    else if (count == 0 && length == 0)
        done(client, 1);
    else if (count == 0)
        fail(client, CLOSED);
}

static int by_value(const void *one, const void *other)
{
    uint32_t a = *(const uint32_t *)one, b = *(const uint32_t *)other;
    return (a > b) - (a < b);
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
    times = calloc(MOST_TIMES, sizeof *times);
    poller = epoll_create1(0);
    if (clients == NULL || times == NULL)
        return 1;
    uint64_t begun = now();
    uint64_t looked = begun, ended = 0;
    double apart = once ? (double)(until - begun) / count : 0;
    int started = 0;
    for (int i = 0; i < count; i++)
        clients[i].fd = -1;
    while (under_way > 0 || (!over && started < count)) {
        struct epoll_event events[64];
        for (; !over && started < count && now() >= begun + (uint64_t)(apart * started); started++)
            request(&clients[started]);
        int ready = epoll_wait(poller, events, 64, started < count ? 1 : 100);
        for (int i = 0; i < ready; i++) {
            if (events[i].events & EPOLLOUT)
                connected(events[i].data.ptr);
            else
                readable(events[i].data.ptr);
        }
        for (int i = 0; i < started && !over && !once; i++)
            if (!clients[i].busy)
                request(&clients[i]);
        uint64_t time = now();
        if (time - looked > 100000) {
            looked = time;
            for (int i = 0; i < count; i++)
                if (clients[i].busy && time - clients[i].since > PATIENCE * 1000000ULL)
                    fail(&clients[i], LATE);
        }
        over |= !once && time > until;
        if (over && ended == 0) {
            ended = time;
            in_time = answered;
        }
    }
    double seconds = (double)((ended ? ended : now()) - begun) / 1e6;
    size_t kept = answered < MOST_TIMES ? answered : MOST_TIMES;
    qsort(times, kept, sizeof *times, by_value);
    uint64_t all = 0;
    for (int i = 0; i < CAUSES; i++)
        all += failed[i];
    printf("{\"answered\": %llu, \"failed\": %llu, \"slow\": %llu, \"reconnects\": %llu, \"per_second\": %.0f", (unsigned long long)answered,
           (unsigned long long)all, (unsigned long long)slow, (unsigned long long)reconnects, (double)(ended ? in_time : answered) / seconds);
    for (int i = 0; i < CAUSES; i++)
        printf(", \"%s\": %llu", names[i], (unsigned long long)failed[i]);
    printf(", \"failures\": [");
    for (size_t i = 0; i < noted; i++)
        printf("%s[%.6f, %d]", i ? ", " : "", (double)failures[i].at / 1e6, failures[i].port);
    printf("]");
    printf(", \"p50\": %u, \"p99\": %u, \"worst\": %u}\n", kept ? times[kept / 2] : 0, kept ? times[kept * 99 / 100] : 0, kept ? times[kept - 1] : 0);
    return 0;
}
