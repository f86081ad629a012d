/*
 * Carries out its arguments in sequence on one current socket, and prints the result of each:
 *
 *   socket FAMILY TYPE     inet inet6 unix netlink / stream dgram seqpacket: a new current socket
 *   file                   a descriptor that is no socket
 *   bind ADDRESS PORT      "bind=ok", "bind=EADDRINUSE"...; then "errno=lost" if a success changed errno
 *   bind-length N A P      with that length instead of the right one
 *   bind-null | bind-wild | bind-unix PATH | bind-netlink | bind-unspec
 *   bind-at-end ADDR PORT  the address ends where the mapping ends
 *   bind-over-end A P      the address runs over the end of the mapping: 12 bytes of it are there
 *   bind-in-handler A P    from within a signal handler
 *   bind-in-child A P      after fork
 *   bind-cancelled A P     with this thread asked to be cancelled at its next cancellation point
 *   bind-in-thread A P     in another thread
 *   bind-in-threads A P    16 new TCP sockets at the same time, each in a thread: "bound=16"
 *   listen BACKLOG         "listen=ok"
 *   get NAME               reuseport reuseaddr device port backlog
 *   set NAME VALUE         reuseport reuseaddr device v6only; freebind: addresses that the machine does not have
 *   dup                    a copy becomes the current socket
 *   to-descriptor N        the current socket becomes descriptor N, which an executed program inherits
 *   from-descriptor N      descriptor N becomes the current socket
 *   scribble               overwrites every byte of the environment, and empties it
 *   stderr KIND            replaces fd 2: broken pipe socket closed file appended tty fifo; full socket-full
 *                          tty-full fifo-full: so full that a write blocks; original: as at the start
 *   stderr-flood           fills fd 2
 *   stderr-bytes           the number of bytes in it
 *   stderr-lines           reads its lines and prints them
 *   stderr-flags           "stderr-blocks=1" if O_NONBLOCK is not set
 *   stderr-is-ours         sets LIBREUSEPORT_STDERR to fd 2 and DEBUG to 1 for executed programs
 *   hold SIGNAL            sigpipe sigxfsz: blocks it and makes one pending; pending SIGNAL prints whether it still is
 *   interrupt-often        a signal handler runs each millisecond
 *   limit-files BYTES      RLIMIT_FSIZE
 *   elapsed                milliseconds since the last "elapsed"; the first prints nothing
 *   fork COUNT             continues in COUNT children at once, while the parent waits
 *   exec                   continues in a new image of the program
 *   repeat COUNT           repeats the following arguments COUNT times
 *   refuse CALL ERRNO      the kernel refuses that system call from now on: reuseport-option epoll_ctl pwritev2
 *                          vmsplice
 *   as-stderr              the current socket becomes descriptor 2
 */
#include "probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int current = -1;

static const char *name_of(int error)
{
    static char number[16];
    switch (error) {
    case EADDRINUSE: return "EADDRINUSE";
    case EADDRNOTAVAIL: return "EADDRNOTAVAIL";
    case EAFNOSUPPORT: return "EAFNOSUPPORT";
    case EBADF: return "EBADF";
    case EFAULT: return "EFAULT";
    case EINVAL: return "EINVAL";
    case ENODEV: return "ENODEV";
    case ENOTSOCK: return "ENOTSOCK";
    case EPERM: return "EPERM";
    case EACCES: return "EACCES";
    case EOPNOTSUPP: return "EOPNOTSUPP";
    default:
        snprintf(number, sizeof number, "%d", error);
        return number;
    }
}

void say(const char *what, int result)
{
    const int error = errno;
    printf("%s=%s\n", what, result == 0 ? "ok" : name_of(error));
    if (result == 0 && error != MARK)
        printf("errno=lost\n");
}

void die(const char *why)
{
    printf("probe: %s: %s\n", why, name_of(errno));
    exit(2);
}

static void new_socket(const char *family, const char *type)
{
    const int domain = strcmp(family, "inet") == 0 ? AF_INET
        : strcmp(family, "inet6") == 0 ? AF_INET6
        : strcmp(family, "netlink") == 0 ? AF_NETLINK
        : AF_UNIX;
    const int kind = strcmp(type, "stream") == 0 ? SOCK_STREAM
        : strcmp(type, "dgram") == 0 ? SOCK_DGRAM
        : SOCK_SEQPACKET;
    current = socket(domain, domain == AF_NETLINK ? SOCK_RAW : kind, 0);
    if (current < 0)
        die("socket");
}

void get(const char *name)
{
    int value = 0;
    socklen_t length = sizeof value;
    if (strcmp(name, "reuseport") == 0) {
        getsockopt(current, SOL_SOCKET, SO_REUSEPORT, &value, &length);
    } else if (strcmp(name, "reuseaddr") == 0) {
        getsockopt(current, SOL_SOCKET, SO_REUSEADDR, &value, &length);
    } else if (strcmp(name, "backlog") == 0) {
        struct tcp_info info;
        length = sizeof info;
        if (getsockopt(current, IPPROTO_TCP, TCP_INFO, &info, &length) != 0)
            die("TCP_INFO");
        value = (int)info.tcpi_sacked; /* of a listener: its limit */
    } else if (strcmp(name, "port") == 0) {
        struct sockaddr_in6 at;
        length = sizeof at;
        getsockname(current, (struct sockaddr *)&at, &length);
        value = ntohs(at.sin6_port);
    } else {
        char device[IFNAMSIZ] = "";
        length = sizeof device;
        getsockopt(current, SOL_SOCKET, SO_BINDTODEVICE, device, &length);
        printf("device=%s\n", device);
        return;
    }
    printf("%s=%d\n", name, value);
}

static int set_number(const char *name, int value)
{
    if (strcmp(name, "v6only") == 0)
        return setsockopt(current, IPPROTO_IPV6, IPV6_V6ONLY, &value, sizeof value);
    if (strcmp(name, "freebind") == 0)
        return setsockopt(current, IPPROTO_IP, IP_FREEBIND, &value, sizeof value);
    return setsockopt(current, SOL_SOCKET, strcmp(name, "reuseport") == 0 ? SO_REUSEPORT : SO_REUSEADDR,
                      &value, sizeof value);
}

static void set(const char *name, const char *text)
{
    const int failed = strcmp(name, "device") == 0
        ? setsockopt(current, SOL_SOCKET, SO_BINDTODEVICE, text, (socklen_t)strlen(text))
        : set_number(name, atoi(text));
    if (failed)
        die(name);
}

static int is(const char *verb, const char *name)
{
    return strcmp(verb, name) == 0;
}

/* Returns the number of arguments of the command. */
static int do_with_stderr(const char *verb, char **rest)
{
    if (is(verb, "stderr")) {
        new_stderr(rest[0]);
        return 1;
    }
    if (is(verb, "stderr-bytes"))
        stderr_bytes();
    else if (is(verb, "stderr-flood"))
        stderr_flood();
    else if (is(verb, "stderr-lines"))
        stderr_lines();
    else if (is(verb, "stderr-flags"))
        stderr_flags();
    else if (is(verb, "stderr-is-ours"))
        stderr_is_ours();
    else
        die(verb);
    return 0;
}

static int do_with_surroundings(const char *verb, char **rest)
{
    if (is(verb, "hold")) {
        hold_signal(rest[0]);
        return 1;
    }
    if (is(verb, "pending")) {
        signal_pending(rest[0]);
        return 1;
    }
    if (is(verb, "fork")) {
        go_on_in_children(atoi(rest[0]));
        return 1;
    }
    if (is(verb, "limit-files")) {
        limit_files(rest[0]);
        return 1;
    }
    if (is(verb, "refuse")) {
        refuse(rest[0], atoi(rest[1]));
        return 2;
    }
    if (is(verb, "interrupt-often"))
        interrupt_often();
    else if (is(verb, "elapsed"))
        elapsed();
    else if (is(verb, "exec"))
        go_on_executed(rest);
    else if (is(verb, "scribble"))
        scribble();
    else
        return do_with_stderr(verb, rest);
    return 0;
}

static int do_with_descriptor(const char *verb, char **rest)
{
    if (is(verb, "to-descriptor")) {
        current = dup2(current, atoi(rest[0]));
        return 1;
    }
    if (is(verb, "from-descriptor")) {
        current = atoi(rest[0]);
        return 1;
    }
    if (is(verb, "dup")) {
        current = dup(current);
    } else if (is(verb, "file")) {
        current = open("/dev/null", O_RDWR);
    } else if (is(verb, "as-stderr")) {
        current = dup2(current, 2);
    } else {
        return do_with_surroundings(verb, rest);
    }
    return 0;
}

static int do_one(const char *verb, char **rest)
{
    int used = 0;
    if (is(verb, "socket")) {
        new_socket(rest[0], rest[1]);
        return 2;
    }
    if (is(verb, "bind")) {
        bind_plainly(rest);
        return 2;
    }
    if (is(verb, "set")) {
        set(rest[0], rest[1]);
        return 2;
    }
    if (is(verb, "get")) {
        get(rest[0]);
        return 1;
    }
    if (is(verb, "listen")) {
        errno = MARK;
        say("listen", listen(current, atoi(rest[0])));
        return 1;
    }
    if (strncmp(verb, "bind-", 5) != 0)
        return do_with_descriptor(verb, rest);
    bind_otherwise(verb + 5, rest, &used);
    return used;
}

static void do_all(char **arguments)
{
    while (*arguments != NULL) {
        if (is(*arguments, "repeat")) {
            for (int left = atoi(arguments[1]); left > 0; left--)
                do_all(arguments + 2);
            return;
        }
        arguments += 1 + do_one(arguments[0], arguments + 1);
    }
}

int main(int count, char **arguments)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    /* The parent process may have ignored these signals. */
    signal(SIGPIPE, SIG_DFL);
    signal(SIGXFSZ, SIG_DFL);
    if (count > 1)
        do_all(arguments + 1);
    return 0;
}
