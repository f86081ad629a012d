/*
 * Binds to random IPv6 and IPv4 addresses and compares the addr= of each line with inet_ntop(3). The
 * binds may fail: the line has the address nevertheless. Arguments: seed, count.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static unsigned int random_state;

static unsigned int any(void)
{
    random_state = random_state * 1664525u + 1013904223u;
    return random_state >> 8;
}

/*
 * Mostly zeros, so that runs of every place and length come up; the first words often those of v4-mapped
 * addresses.
 */
static void fill(unsigned char *bytes)
{
    for (int word = 0; word < 8; word++) {
        const unsigned int value = any() % 3 == 0 ? any() & 0xffff : any() % 4 == 0 ? any() & 0xf : 0;
        bytes[2 * word] = (unsigned char)(value >> 8);
        bytes[2 * word + 1] = (unsigned char)value;
    }
    if (any() % 8 == 0) {
        memset(bytes, 0, 10);
        memset(bytes + 10, any() % 2 == 0 ? 0xff : 0, 2);
    }
}

static int check(int reader, const void *at, socklen_t length, int family, const void *address)
{
    char wanted[INET6_ADDRSTRLEN + 16] = " addr=";
    char line[1024];

    inet_ntop(family, address, wanted + 6, INET6_ADDRSTRLEN);
    strcat(wanted, " ");
    const int fd = socket(family, SOCK_DGRAM, 0);
    const int result = bind(fd, at, length);
    close(fd);
    const ssize_t got = read(reader, line, sizeof line - 1);
    line[got > 0 ? got : 0] = '\0';
    if (strstr(line, wanted) != NULL)
        return 0;
    dprintf(1, "wanted%s(%d) in: %s", wanted, result, line);
    return 1;
}

int main(int count, char **arguments)
{
    int ends[2];
    int wrong = 0;
    if (count < 3 || pipe(ends) != 0)
        return 2;
    dup2(ends[1], 2);
    random_state = (unsigned int)strtoul(arguments[1], NULL, 10);

    for (int left = atoi(arguments[2]); left > 0; left--) {
        struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(1)};
        struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(1)};
        fill(v6.sin6_addr.s6_addr);
        v4.sin_addr.s_addr = any() << 12 ^ any();
        wrong += check(ends[0], &v6, sizeof v6, AF_INET6, &v6.sin6_addr);
        wrong += check(ends[0], &v4, sizeof v4, AF_INET, &v4.sin_addr);
    }
    dprintf(1, "wrong=%d\n", wrong);
    return 0;
}
