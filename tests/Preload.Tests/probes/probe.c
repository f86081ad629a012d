/*
 * Does what its arguments say, one after another, on one current socket, and prints what came of each:
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
 *   listen BACKLOG         "listen=ok"
 *   get NAME               reuseport reuseaddr device port backlog
 *   set NAME VALUE         reuseport reuseaddr device
 *   scribble               overwrites every byte of the environment, and empties it
 *   stderr KIND            what fd 2 is from now on: broken full socket closed file appended pipe
 *   stderr-bytes           how many bytes reached it (socket, file, appended, pipe)
 *   hold-sigpipe           blocks SIGPIPE and makes one pending; sigpipe-pending prints whether it still is
 *   refuse CALL ERRNO      the kernel refuses that system call from now on: reuseport-option, epoll_ctl
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

static void set(const char *name, const char *text)
{
    const int value = atoi(text);
    const int failed = strcmp(name, "device") == 0
        ? setsockopt(current, SOL_SOCKET, SO_BINDTODEVICE, text, (socklen_t)strlen(text))
        : setsockopt(current, SOL_SOCKET, strcmp(name, "reuseport") == 0 ? SO_REUSEPORT : SO_REUSEADDR,
                     &value, sizeof value);
    if (failed)
        die(name);
}

int main(int count, char **arguments)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    signal(SIGPIPE, SIG_DFL); /* whoever started us may have it ignored */
    for (int i = 1; i < count; i++) {
        const char *verb = arguments[i];
        char **rest = arguments + i + 1;
        int used = 0;
        if (strcmp(verb, "socket") == 0) {
            new_socket(rest[0], rest[1]);
            used = 2;
        } else if (strcmp(verb, "file") == 0) {
            current = open("/dev/null", O_RDWR);
        } else if (strcmp(verb, "bind") == 0) {
            bind_plainly(rest);
            used = 2;
        } else if (strncmp(verb, "bind-", 5) == 0) {
            bind_otherwise(verb + 5, rest, &used);
        } else if (strcmp(verb, "listen") == 0) {
            errno = MARK;
            say("listen", listen(current, atoi(rest[0])));
            used = 1;
        } else if (strcmp(verb, "get") == 0) {
            get(rest[0]);
            used = 1;
        } else if (strcmp(verb, "set") == 0) {
            set(rest[0], rest[1]);
            used = 2;
        } else if (strcmp(verb, "scribble") == 0) {
            scribble();
        } else if (strcmp(verb, "stderr") == 0) {
            new_stderr(rest[0]);
            used = 1;
        } else if (strcmp(verb, "stderr-bytes") == 0) {
            stderr_bytes();
        } else if (strcmp(verb, "hold-sigpipe") == 0) {
            hold_sigpipe();
        } else if (strcmp(verb, "sigpipe-pending") == 0) {
            sigpipe_pending();
        } else if (strcmp(verb, "refuse") == 0) {
            refuse(rest[0], atoi(rest[1]));
            used = 2;
        } else if (strcmp(verb, "as-stderr") == 0) {
            dup2(current, 2);
            current = 2;
        } else {
            die(verb);
        }
        i += used;
    }
    return 0;
}
