/*
 * A stand-in for the published libreuseport, for comparison. It follows the description and the observed
 * behaviour of that library, and contains none of its code:
 *
 *   at load   getenv for each variable, dlsym for bind, dlerror to check the result;
 *   at bind   the interface first, for every IPv4 or IPv6 socket; then family, port and address (inet_pton
 * each time) are compared; SO_REUSEPORT and SO_REUSEADDR are set; failures are printed with stdio on request.
 *
 * The stand-in keeps the shortcomings that cost or save instructions: it reads the address without checking the memory,
 * keeps pointers into the environment, and does not restore options when the bind fails.
 */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

typedef int bind_call(int, const struct sockaddr *, socklen_t);

static bind_call *libc_bind;
static const char *wanted_address;
static const char *device;
static const char *verbose;
static uint16_t wanted_port;
static int reuse_port = 1;
static int reuse_address = -1;

static int number_or(const char *name, int otherwise)
{
    const char *text = getenv(name);
    return text != NULL ? atoi(text) : otherwise;
}

__attribute__((constructor)) static void load(void)
{
    wanted_address = getenv("LIBREUSEPORT_ADDR");
    device = getenv("SO_BINDTODEVICE");
    verbose = getenv("LIBREUSEPORT_DEBUG");
    wanted_port = htons((uint16_t)number_or("LIBREUSEPORT_PORT", 0));
    reuse_port = number_or("SO_REUSEPORT", reuse_port);
    reuse_address = number_or("SO_REUSEADDR", reuse_address);

    libc_bind = (bind_call *)dlsym(RTLD_NEXT, "bind");
    const char *problem = dlerror();
    if (problem != NULL)
        fprintf(stderr, "baseline: %s\n", problem);
}

static inline __attribute__((always_inline)) bool is_wanted(const struct sockaddr *address)
{
    unsigned char parsed[sizeof(struct in6_addr)];
    const void *bytes;
    size_t size;

    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)address;
        if (wanted_port != 0 && wanted_port != v4->sin_port)
            return false;
        bytes = &v4->sin_addr;
        size = sizeof v4->sin_addr;
    } else if (address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)(const void *)address;
        if (wanted_port != 0 && wanted_port != v6->sin6_port)
            return false;
        bytes = &v6->sin6_addr;
        size = sizeof v6->sin6_addr;
    } else {
        return false;
    }
    return wanted_address == NULL ||
           (inet_pton(address->sa_family, wanted_address, parsed) == 1 && memcmp(bytes, parsed, size) == 0);
}

static inline __attribute__((always_inline)) void set(int fd, int option, const char *name, const int *value)
{
    if (*value >= 0 && setsockopt(fd, SOL_SOCKET, option, value, sizeof *value) != 0 && verbose != NULL)
        fprintf(stderr, "baseline:%s:%s\n", name, strerror(errno));
}

int bind(int fd, const struct sockaddr *address, socklen_t length)
{
    const int before = errno;

    if (device != NULL && (address->sa_family == AF_INET || address->sa_family == AF_INET6) &&
        setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, (socklen_t)strlen(device)) != 0)
        return -1;
    if (is_wanted(address)) {
        set(fd, SO_REUSEPORT, "SO_REUSEPORT", &reuse_port);
        set(fd, SO_REUSEADDR, "SO_REUSEADDR", &reuse_address);
        errno = before;
    }
    return libc_bind(fd, address, length);
}
