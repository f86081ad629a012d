/*
 * Creates a socket, binds it and closes it, many times. Arguments: inet, inet6 or udp, count, and "time" to print
 * the nanoseconds for each bind, or "median" to print the median of bind(2) alone. The instructions of printf
 * depend on the digits of the number: a run whose instructions are counted must not print.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PORT = 17171 };

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static int by_value(const void *one, const void *other)
{
    const double difference = *(const double *)one - *(const double *)other;
    return difference > 0 ? 1 : difference < 0 ? -1 : 0;
}

int main(int count, char **arguments)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    struct sockaddr_in6 v6 = {
        .sin6_family = AF_INET6, .sin6_port = htons(PORT), .sin6_addr = in6addr_loopback};
    if (count < 3)
        return 2;

    v4.sin_addr.s_addr = htonl(0x7f4d4d4d);
    const int family = strcmp(arguments[1], "inet6") == 0 ? AF_INET6 : AF_INET;
    const struct sockaddr *at = family == AF_INET6 ? (void *)&v6 : (void *)&v4;
    const socklen_t length = family == AF_INET6 ? sizeof v6 : sizeof v4;
    const int type = strcmp(arguments[1], "udp") == 0 ? SOCK_DGRAM : SOCK_STREAM;
    const int times = atoi(arguments[2]);

    double *each = count > 3 && strcmp(arguments[3], "median") == 0 ? calloc((size_t)times + 1, sizeof *each) : NULL;

    const double start = now();
    for (int i = 0; i < times; i++) {
        const int fd = socket(family, type, 0);
        const double before = each != NULL ? now() : 0;
        if (bind(fd, at, length) != 0) {
            perror("bind");
            return 1;
        }
        if (each != NULL)
            each[i] = now() - before;
        close(fd);
    }
    const double elapsed = now() - start;
    if (each != NULL)
        qsort(each, (size_t)times, sizeof *each, by_value);
    if (count > 3 && times > 0)
        printf("%.0f\n", each != NULL ? each[times / 2] : elapsed / times);
    return 0;
}
