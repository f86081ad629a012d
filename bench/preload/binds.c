/*
 * Creates a socket, binds it and closes it, many times. Arguments: inet or inet6, count, and "time" to print
 * the nanoseconds for each bind. The instructions of printf depend on the digits of the number: a run whose
 * instructions are counted must not print.
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

int main(int count, char **arguments)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    struct sockaddr_in6 v6 = {
        .sin6_family = AF_INET6, .sin6_port = htons(PORT), .sin6_addr = in6addr_loopback};
    struct timespec start;
    struct timespec end;
    if (count < 3)
        return 2;

    v4.sin_addr.s_addr = htonl(0x7f4d4d4d);
    const int family = strcmp(arguments[1], "inet6") == 0 ? AF_INET6 : AF_INET;
    const struct sockaddr *at = family == AF_INET6 ? (void *)&v6 : (void *)&v4;
    const socklen_t length = family == AF_INET6 ? sizeof v6 : sizeof v4;
    const int times = atoi(arguments[2]);

    clock_gettime(CLOCK_MONOTONIC, &start);
    for (int i = 0; i < times; i++) {
        const int fd = socket(family, SOCK_STREAM, 0);
        if (bind(fd, at, length) != 0) {
            perror("bind");
            return 1;
        }
        close(fd);
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    const double elapsed = (double)(end.tv_sec - start.tv_sec) * 1e9 + (double)(end.tv_nsec - start.tv_nsec);
    if (count > 3 && times > 0)
        printf("%.0f\n", elapsed / times);
    return 0;
}
