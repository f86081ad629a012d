/*
 * closes-stderr PORT: closes stderr before it binds, so that no line of the library arrives. Prints
 * "listening PORT".
 */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    close(STDERR_FILENO);
    int server = socket(AF_INET, SOCK_STREAM, 0);
    int port = argc > 1 ? atoi(argv[1]) : 0;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    socklen_t size = sizeof address;
    if (bind(server, (struct sockaddr *)&address, size) < 0 || listen(server, 16) < 0 ||
        getsockname(server, (struct sockaddr *)&address, &size) < 0)
        return 1;
    printf("listening %d\n", ntohs(address.sin_port));
    fflush(stdout);
    for (;;) {
        int client = accept(server, NULL, NULL);
        if (client >= 0)
            close(client);
    }
}
