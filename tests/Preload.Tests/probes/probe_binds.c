/* The ways to call bind(2). */
#include "probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096 };

static struct sockaddr_storage handled;
static socklen_t handled_length;

static socklen_t address_of(const char *text, const char *port, struct sockaddr_storage *to)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)to;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)to;
    memset(to, 0, sizeof *to);
    if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons((unsigned short)atoi(port));
        return sizeof *v4;
    }
    if (inet_pton(AF_INET6, text, &v6->sin6_addr) != 1)
        die(text);
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons((unsigned short)atoi(port));
    return sizeof *v6;
}

static int marked_bind(const void *address, socklen_t length)
{
    /* Not a constant to the compiler, which knows that bind's address is never NULL. */
    const struct sockaddr *volatile at = address;
    errno = MARK;
    return bind(current, at, length);
}

static void on_signal(int number)
{
    (void)number;
    say("bind", marked_bind(&handled, handled_length));
}

static void *bind_current(void *unused)
{
    say("bind", marked_bind(&handled, handled_length));
    return unused;
}

/* Returns its argument after a success. */
static void *bind_new(void *argument)
{
    const int fd = socket(handled.ss_family, SOCK_STREAM, 0);
    return bind(fd, (const struct sockaddr *)&handled, handled_length) == 0 ? argument : NULL;
}

/* Returns the number of threads whose function returned its argument. */
static int in_threads(int count, void *(*start)(void *))
{
    enum { MOST = 16 };
    pthread_t threads[MOST];
    int done = 0;
    for (int i = 0; i < count; i++)
        if (pthread_create(&threads[i], NULL, start, threads) != 0)
            die("thread");
    for (int i = 0; i < count; i++) {
        void *result;
        pthread_join(threads[i], &result);
        done += result == threads;
    }
    return done;
}

/* An address of which `present` bytes come before the end of the mapping. */
static void *at_end(const void *from, size_t length, size_t present)
{
    char *pages = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *start = pages + PAGE - present;
    if (pages == MAP_FAILED)
        die("mmap");
    memcpy(start, from, length);
    if (mprotect(pages + PAGE, PAGE, PROT_NONE) != 0)
        die("mprotect");
    return start;
}

void bind_plainly(char **arguments)
{
    struct sockaddr_storage at;
    const socklen_t length = address_of(arguments[0], arguments[1], &at);
    say("bind", marked_bind(&at, length));
}

void bind_otherwise(const char *how, char **arguments, int *used)
{
    struct sockaddr_storage at;
    struct sockaddr_un path = {.sun_family = AF_UNIX};
    socklen_t length = 0;
    int result;

    if (strcmp(how, "null") == 0) {
        result = marked_bind(NULL, sizeof(struct sockaddr_in));
    } else if (strcmp(how, "wild") == 0) {
        result = marked_bind((void *)1, sizeof(struct sockaddr_in));
    } else if (strcmp(how, "unspec") == 0) {
        memset(&at, 0, sizeof at);
        result = marked_bind(&at, sizeof(struct sockaddr_in));
    } else if (strcmp(how, "netlink") == 0) {
        struct { unsigned short family, pad; unsigned int pid, groups; } netlink = {AF_NETLINK, 0, 0, 0};
        result = marked_bind(&netlink, sizeof netlink);
    } else if (strcmp(how, "unix") == 0) {
        strncpy(path.sun_path, arguments[0], sizeof path.sun_path - 1);
        *used = 1;
        unlink(path.sun_path);
        result = marked_bind(&path, sizeof path);
        unlink(path.sun_path);
    } else if (strcmp(how, "length") == 0) {
        address_of(arguments[1], arguments[2], &at);
        *used = 3;
        result = marked_bind(&at, (socklen_t)strtoul(arguments[0], NULL, 10));
    } else {
        length = address_of(arguments[0], arguments[1], &at);
        *used = 2;
        handled = at;
        handled_length = length;
        if (strcmp(how, "in-thread") == 0) {
            in_threads(1, bind_current);
            return;
        }
        if (strcmp(how, "in-threads") == 0) {
            printf("bound=%d\n", in_threads(16, bind_new));
            return;
        }
        if (strcmp(how, "in-handler") == 0) {
            signal(SIGUSR1, on_signal);
            raise(SIGUSR1);
            return;
        }
        if (strcmp(how, "in-child") == 0) {
            const pid_t child = fork();
            if (child != 0) {
                waitpid(child, NULL, 0);
                return;
            }
            say("bind", marked_bind(&at, length));
            get("reuseport");
            _exit(0);
        }
        if (strcmp(how, "cancelled") == 0) {
            pthread_cancel(pthread_self());
            result = marked_bind(&at, length);
            pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
            say("bind", result);
            return;
        }
        const int over = strcmp(how, "over-end") == 0;
        result = marked_bind(at_end(&at, over ? 12 : length, over ? 12 : length), length);
    }
    say("bind", result);
}
