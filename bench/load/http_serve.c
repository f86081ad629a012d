/*
 * http_serve PORT plain|exit|one [FILE]: answers each GET with the number of its worker, or with its pid. It
 * has no graceful shutdown: "plain" has no signal handler, "exit" has a handler that exits at once on
 * SIGTERM. Both serve many connections at a time and keep them. "one" has no handler either; it accepts one
 * connection at a time, and closes it after the answer. It keeps the address of its client in FILE.PID, which
 * can be read after its death: a sockaddr_in, whose port is 0 without a client.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

static char answers[2][160]; /* for a kept connection, for a closed one */

static void leave(int signal)
{
    _exit(signal == SIGTERM ? 0 : 1);
}

static void compose(void)
{
    char body[32];
    const char *worker = getenv("REUSEPORT_WORKER");
    snprintf(body, sizeof body, "%s", worker ? worker : "");
    if (worker == NULL)
        snprintf(body, sizeof body, "%d", (int)getpid());
    for (int closes = 0; closes < 2; closes++)
        snprintf(answers[closes], sizeof answers[closes], "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n%s\r\n%s", strlen(body),
                 closes ? "Connection: close\r\n" : "", body);
}

/* Here a request is one segment. Returns true if the connection stays open. */
static int answer(int fd, int always_close)
{
    char request[4096];
    ssize_t count = recv(fd, request, sizeof request - 1, 0);
    if (count <= 0)
        return 0;
    request[count] = 0;
    int closes = always_close || strstr(request, "Connection: close") != NULL;
    return send(fd, answers[closes], strlen(answers[closes]), MSG_NOSIGNAL) > 0 && !closes;
}

static struct sockaddr_in *kept(const char *path)
{
    char name[4096];
    snprintf(name, sizeof name, "%s.%d", path, (int)getpid());
    int fd = open(name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    struct sockaddr_in *map = MAP_FAILED;
    if (fd >= 0 && ftruncate(fd, sizeof *map) == 0)
        map = mmap(NULL, sizeof *map, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED) {
        perror(name);
        exit(1);
    }
    /* Touches the page before it is needed. */
    map->sin_port = 0;
    close(fd);
    return map;
}

/*
 * accept(2) itself writes the address: a kill comes either before the connection is accepted or after the
 * write.
 */
static void one_at_a_time(int listener, struct sockaddr_in *in_hand)
{
    for (;;) {
        socklen_t size = sizeof *in_hand;
        int fd = accept(listener, (struct sockaddr *)in_hand, &size);
        if (fd < 0)
            continue;
        answer(fd, 1);
        close(fd);
        in_hand->sin_port = 0;
    }
}

static void many(int listener)
{
    int poller = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
    epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        struct epoll_event events[64];
        int ready = epoll_wait(poller, events, 64, -1);
        for (int i = 0; i < ready; i++) {
            int fd = events[i].data.fd;
            if (fd != listener) {
                if (!answer(fd, 0))
                    close(fd);
                continue;
            }
            fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
            if (fd < 0)
                continue;
            struct epoll_event readable = {.events = EPOLLIN, .data.fd = fd};
            epoll_ctl(poller, EPOLL_CTL_ADD, fd, &readable);
        }
    }
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    if (strcmp(argv[2], "exit") == 0)
        signal(SIGTERM, leave);
    compose();
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)atoi(argv[1])),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int one = strcmp(argv[2], "one") == 0, on = 1;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | (one ? 0 : SOCK_NONBLOCK), 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 4096) < 0) {
        perror("http_serve");
        return 1;
    }
    struct sockaddr_in nobody_looks;
    if (one)
        one_at_a_time(listener, argc > 3 ? kept(argv[3]) : &nobody_looks);
    many(listener);
}
