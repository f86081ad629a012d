/* Counts allocations while bind and listen run. It interposes every function that allocates. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);

static int counted;

void *malloc(size_t size)
{
    counted++;
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    counted++;
    return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
    counted++;
    return __libc_realloc(memory, size);
}

int main(int count, char **arguments)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(8080)};
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    const int other = socket(AF_INET, SOCK_STREAM, 0);
    if (count < 2)
        return 2;
    inet_pton(AF_INET, arguments[1], &at.sin_addr);

    const int before = counted;
    const int good = bind(fd, (struct sockaddr *)&at, sizeof at) == 0 && listen(fd, 1) == 0;
    at.sin_addr.s_addr = htonl(0x08080808);
    const int bad = bind(other, (struct sockaddr *)&at, sizeof at) != 0;
    const int during = counted - before;

    dprintf(1, "good=%d bad=%d allocations=%d\n", good, bad, during);
    return 0;
}
