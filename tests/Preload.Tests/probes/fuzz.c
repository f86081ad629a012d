/*
 * Loads the library over and over, each time in an environment of random values, and calls its hooks with
 * random addresses. All output must be whole lines of at most 512 printable bytes. Arguments:
 * library, seed, count.
 */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static unsigned long long random_state;

static unsigned int any(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (unsigned int)(random_state >> 32);
}

static const char *const names[] = {
    "LIBREUSEPORT_ADDR", "LIBREUSEPORT_PORT", "SO_REUSEPORT", "SO_REUSEADDR",
    "SO_BINDTODEVICE", "LIBREUSEPORT_BACKLOG", "LIBREUSEPORT_DEBUG",
};

/* Parts of values: valid parts, nearly valid parts, and noise. */
static const char *const pieces[] = {
    "127.0.0.1", "::1", "10.0.0.0/8", "::/0", "::ffff:127.0.0.1", "0.0.0.0", "fe80::/10", "/", "/129", "/33",
    "/-1", "%lo", "80", "8080", "8000-8010", "65535", "65536", "0", "1", "-1", "-", ",", ",,", " ", "\t",
    "99999999999", "2147483648", "lo", "eth0", "averyverylonginterfacename", "yes", "0x50", "+1", "1e3", "..",
    ":", "::", "é", "\n", "\x7f", "\xff",
};

static void value(char *to, size_t size)
{
    size_t length = 0;
    const unsigned int kind = any() % 8;
    if (kind == 0) { /* noise, up to a great length */
        const size_t wanted = any() % (any() % 16 == 0 ? size - 1 : 64);
        while (length < wanted)
            to[length++] = (char)(1 + any() % 255);
    } else { /* one item, a few, or a list far beyond the limit */
        const unsigned int most = kind < 4 ? 1 : kind == 7 ? 1 + any() % 600 : 1 + any() % 6;
        for (unsigned int i = 0; i < most; i++) {
            const char *piece = pieces[any() % (sizeof pieces / sizeof pieces[0])];
            const size_t more = strlen(piece);
            if (length + more + 2 > size)
                break;
            memcpy(to + length, piece, more);
            length += more;
            if (i + 1 < most && any() % 4 != 0)
                to[length++] = ',';
        }
    }
    to[length] = '\0';
}

/* Returns true if LIBREUSEPORT_STDERR names a file that is not stderr. */
static int environment(void)
{
    static char text[16384];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (any() % 3 == 0) {
            unsetenv(names[i]);
            continue;
        }
        value(text, sizeof text);
        setenv(names[i], text, 1);
    }
    if (any() % 2 == 0)
        setenv("LIBREUSEPORT_DEBUG", "1", 1);
    unsetenv("LIBREUSEPORT_STDERR");
    if (any() % 8 != 0)
        return 0;
    do
        value(text, sizeof text);
    while (text[0] == '\0');
    setenv("LIBREUSEPORT_STDERR", text, 1);
    return 1;
}

static void calls(void *library)
{
    int (*hook_bind)(int, const void *, socklen_t) =
        (int (*)(int, const void *, socklen_t))dlsym(library, "bind");
    int (*hook_listen)(int, int) = (int (*)(int, int))dlsym(library, "listen");
    const int family = any() % 2 == 0 ? AF_INET : AF_INET6;
    const int fd = socket(family, any() % 2 == 0 ? SOCK_STREAM : SOCK_DGRAM, 0);
    struct sockaddr_storage at = {.ss_family = (sa_family_t)(any() % 8 == 0 ? any() : (unsigned int)family)};
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&at;

    v6->sin6_port = htons((unsigned short)(any() % 4 == 0 ? 0 : any()));
    if (family == AF_INET6 && any() % 2 == 0)
        v6->sin6_addr = in6addr_loopback;
    else if (family == AF_INET)
        ((struct sockaddr_in *)&at)->sin_addr.s_addr = htonl(0x7f000000u | (any() & 0xffffff));
    hook_bind(fd, any() % 16 == 0 ? (void *)(size_t)any() : &at, any() % 4 == 0 ? any() % 200 : sizeof *v6);
    hook_listen(fd, (int)any());
    close(fd);
}

/* Returns the number of lines, or -1 if a line is malformed. */
static int drain(int reader)
{
    static char text[65536];
    const ssize_t got = read(reader, text, sizeof text);
    int lines = 0;
    for (char *at = text; at < text + got; lines++) {
        char *end = memchr(at, '\n', (size_t)(text + got - at));
        if (end == NULL || end - at >= 512 || strncmp(at, "libreuseport:", 13) != 0)
            return -1;
        for (; at < end; at++)
            if (*at < ' ' || *at > '~')
                return -1;
        at = end + 1;
    }
    return lines;
}

int main(int count, char **arguments)
{
    int ends[2];
    long lines = 0;
    if (count < 4 || pipe(ends) != 0)
        return 2;
    dup2(ends[1], 2);
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    random_state = strtoull(arguments[2], NULL, 10) * 2654435761u + 1;

    const int wanted = atoi(arguments[3]);
    for (int i = 0; i < wanted; i++) {
        const int elsewhere = environment();
        void *library = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
        if (library == NULL)
            return 3;
        calls(library);
        dlclose(library);
        const int more = drain(ends[0]);
        if (more < 0 || (elsewhere && more > 0)) {
            printf(more < 0 ? "not a line, at %d\n" : "a line that nobody asked for, at %d\n", i);
            return 4;
        }
        lines += more;
    }
    printf("environments=%d lines=%ld\n", wanted, lines);
    return 0;
}
