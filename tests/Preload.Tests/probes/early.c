/* A library whose constructor binds and listens. It runs before the constructor of libreuseport. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

__attribute__((constructor)) static void start(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(8080)};
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    int shared = -1;
    socklen_t length = sizeof shared;

    inet_pton(AF_INET, getenv("EARLY_ADDRESS"), &at.sin_addr);
    const int bound = bind(fd, (struct sockaddr *)&at, sizeof at);
    const int listening = listen(fd, 1);
    getsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &shared, &length);
    dprintf(1, "early-bind=%d early-listen=%d early-reuseport=%d\n", bound, listening, shared);
}
