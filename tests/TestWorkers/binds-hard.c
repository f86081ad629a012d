/*
 * Binds that are hard to answer for another process:
 *
 *   binds-hard threads COUNT ENDPOINT  binds a socket in each of so many threads
 *   binds-hard tables ENDPOINT         binds in a thread whose descriptors are its own: the number of its socket is a pipe
 *                                      in the other thread
 *   binds-hard forks COUNT ENDPOINT    binds a socket in each of so many children
 *   binds-hard signals COUNT ENDPOINT  binds so many sockets while a timer sends signals, which restart system calls
 *   binds-hard others                  binds and listens with other families and bad arguments; prints "NAME ERRNO"
 *   binds-hard confined ENDPOINT       forbids itself each bind of TCP by Landlock, and binds
 *   binds-hard held ENDPOINT           prints "ready", then binds with an address in memory whose page fault never ends
 *   binds-hard locked ENDPOINT         prints "ready", then binds a socket whose lock another thread holds for ever: that
 *                                      thread sends from such memory
 *
 * ENDPOINT as in endpoint.h. Prints "bound" or "failed ERRNO" for each socket; then "ready". Without Landlock it prints
 * "missing ERRNO" first.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "endpoint.h"

#define MOST 64

static struct endpoint endpoint;

static void bind_one(void)
{
    int fd = socket(endpoint.family, endpoint.type, 0);
    if (endpoint_bind(&endpoint, fd) < 0 || (endpoint.type == SOCK_STREAM && listen(fd, 16) < 0))
        printf("failed %d\n", errno);
    else
        printf("bound\n");
    fflush(stdout);
}

static void *bind_in_thread(void *unused)
{
    bind_one();
    return unused;
}

static void bind_in_threads(int count)
{
    pthread_t threads[MOST];
    for (int i = 0; i < count && i < MOST; i++)
        pthread_create(&threads[i], NULL, bind_in_thread, NULL);
    for (int i = 0; i < count && i < MOST; i++)
        pthread_join(threads[i], NULL);
}

static void *bind_in_own_table(void *unused)
{
    if (unshare(CLONE_FILES) < 0)
        printf("failed %d\n", errno);
    for (int fd = 3; fd < 16; fd++)
        close(fd);
    bind_one();
    return unused;
}

static void bind_in_tables(void)
{
    pthread_t thread;
    for (int i = 0; i < 4; i++) {
        int ends[2];
        if (pipe(ends) < 0)
            exit(1);
    }
    pthread_create(&thread, NULL, bind_in_own_table, NULL);
    pthread_join(thread, NULL);
}

static void bind_in_forks(int count)
{
    for (int i = 0; i < count; i++)
        if (fork() == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            bind_one();
            for (;;)
                pause();
        }
}

static void ignore(int number)
{
    (void)number;
}

static void bind_among_signals(int count)
{
    const struct sigaction action = {.sa_handler = ignore, .sa_flags = SA_RESTART};
    const struct itimerval often = {{0, 50}, {0, 50}};
    const struct itimerval never = {{0, 0}, {0, 0}};
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    while (count-- > 0)
        bind_one();
    setitimer(ITIMER_REAL, &never, NULL);
}

static void print(const char *name, int result)
{
    printf("%s %d\n", name, result < 0 ? errno : 0);
}

static void bind_others(void)
{
    struct sockaddr_in inet = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in none = {.sin_family = AF_UNSPEC};
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    struct sockaddr_nl nl = {.nl_family = AF_NETLINK};
    char large[256] = {0};
    memcpy(large, &inet, sizeof inet);
    const struct sockaddr *in = (struct sockaddr *)&inet;
    int unix_socket = socket(AF_UNIX, SOCK_STREAM, 0);
    int bound = socket(AF_INET, SOCK_STREAM, 0);
    print("unix", bind(unix_socket, (struct sockaddr *)&un, sizeof(sa_family_t)));
    print("unix-listen", listen(unix_socket, 1));
    print("netlink", bind(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE), (struct sockaddr *)&nl, sizeof nl));
    print("first", bind(bound, in, sizeof inet));
    print("again", bind(bound, in, sizeof inet));
    print("no-descriptor", bind(99, in, sizeof inet));
    print("no-socket", bind(STDOUT_FILENO, in, sizeof inet));
    print("bad-memory", bind(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)8, sizeof inet));
    print("short", bind(socket(AF_INET, SOCK_STREAM, 0), in, 8));
    print("long", bind(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)large, sizeof large));
    print("padded", bind(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)large, sizeof(struct sockaddr_storage)));
    print("unspecified", bind(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&none, sizeof none));
    print("other-family", bind(socket(AF_INET6, SOCK_STREAM, 0), in, sizeof inet));
    inet.sin_addr.s_addr = inet_addr("192.0.2.1");
    print("not-here", bind(socket(AF_INET, SOCK_STREAM, 0), in, sizeof inet));
    print("raw", bind(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP), (struct sockaddr *)large, sizeof inet));
    print("listen-unbound", listen(socket(AF_INET6, SOCK_STREAM, 0), 1));
    print("listen-datagram", listen(socket(AF_INET, SOCK_DGRAM, 0), 1));
    print("listen-no-descriptor", listen(99, 1));
    print("listen-no-socket", listen(STDOUT_FILENO, 1));
    close(unix_socket);
}

static int faults = -1;
static void *page;
static int connected = -1;

/* As in linux/landlock.h of Linux 6.7. */
static void confine(void)
{
    struct {
        uint64_t files;
        uint64_t network;
    } handled = {.network = 1}; /* LANDLOCK_ACCESS_NET_BIND_TCP */
    int rules = (int)syscall(444, &handled, sizeof handled, 0); /* landlock_create_ruleset */
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || syscall(446, rules, 0) < 0) /* landlock_restrict_self */
        printf("missing %d\n", errno);
}

/* A page whose faults nobody answers; NULL without the right to userfaultfd(2). */
static void *held_page(void)
{
    faults = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
    size_t size = (size_t)sysconf(_SC_PAGESIZE);
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct uffdio_api api = {.api = UFFD_API};
    struct uffdio_register range = {.range = {(uintptr_t)memory, size}, .mode = UFFDIO_REGISTER_MODE_MISSING};
    return ioctl(faults, UFFDIO_API, &api) < 0 || ioctl(faults, UFFDIO_REGISTER, &range) < 0 ? NULL : memory;
}

static void *send_page(void *unused)
{
    send(connected, page, 64, 0);
    return unused;
}

static void lock_socket(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof to;
    pthread_t thread;
    int server = socket(AF_INET, SOCK_STREAM, 0);
    listen(server, 1);
    getsockname(server, (struct sockaddr *)&to, &size);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(connected, (struct sockaddr *)&to, sizeof to) < 0)
        exit(1);
    pthread_create(&thread, NULL, send_page, NULL);
    struct uffd_msg fault;
    if (read(faults, &fault, sizeof fault) < 0) /* the thread now has the lock */
        exit(1);
    endpoint_bind(&endpoint, connected);
}

static void bind_held(int locked)
{
    page = held_page();
    printf(page != NULL ? "ready\n" : "failed %d\n", errno);
    fflush(stdout);
    if (locked)
        lock_socket();
    else
        bind(socket(AF_INET, SOCK_STREAM, 0), page, sizeof(struct sockaddr_in));
}

int main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "";
    if (argc > 2 && endpoint_read(argv[argc - 1], &endpoint) < 0)
        return 2;
    if (strcmp(mode, "threads") == 0)
        bind_in_threads(atoi(argv[2]));
    else if (strcmp(mode, "forks") == 0)
        bind_in_forks(atoi(argv[2]));
    else if (strcmp(mode, "signals") == 0)
        bind_among_signals(atoi(argv[2]));
    else if (strcmp(mode, "tables") == 0)
        bind_in_tables();
    else if (strcmp(mode, "confined") == 0) {
        confine();
        bind_one();
    } else if (strcmp(mode, "held") == 0)
        bind_held(0);
    else if (strcmp(mode, "locked") == 0)
        bind_held(1);
    else
        bind_others();
    printf("ready\n");
    fflush(stdout);
    for (;;)
        pause();
}
