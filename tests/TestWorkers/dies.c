/*
 * dies exit CODE | dies signal NUMBER | dies bound PORT CODE: ends at once; in the last form with a port
 * bound and not listened on.
 */
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "exit") == 0)
        return atoi(argv[2]);
    if (argc == 3 && strcmp(argv[1], "signal") == 0)
        return raise(atoi(argv[2]));
    if (argc == 4 && strcmp(argv[1], "bound") == 0) {
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[2]))};
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0)
            perror("bind");
        return atoi(argv[3]);
    }
    fprintf(stderr, "usage: %s exit CODE | signal NUMBER | bound PORT CODE\n", argv[0]);
    return 2;
}
