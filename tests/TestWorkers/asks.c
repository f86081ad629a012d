/*
 * asks ADDRESS PORT COUNT: makes COUNT requests, one after the other, each on a connection of its own. It prints the body of each
 * answer. It ends with 1 if a request fails.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char request[] = "GET / HTTP/1.0\r\n\r\n";

/* Returns -1 if the server refuses, or closes without a body. */
static int ask(const struct sockaddr_in *server)
{
    char answer[4096];
    size_t length = 0;
    ssize_t count = -1;
    int client = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(client, (const struct sockaddr *)server, sizeof *server) == 0 &&
        send(client, request, sizeof request - 1, MSG_NOSIGNAL) > 0)
        while ((count = recv(client, answer + length, sizeof answer - 1 - length, 0)) > 0)
            length += (size_t)count;
    close(client);
    answer[length] = '\0';
    const char *body = strstr(answer, "\r\n\r\n");
    if (count < 0 || body == NULL)
        return -1;
    fputs(body + 4, stdout);
    return 0;
}

int main(int argc, char **argv)
{
    struct sockaddr_in server = {.sin_family = AF_INET};
    if (argc != 4 || inet_pton(AF_INET, argv[1], &server.sin_addr) != 1)
        return 2;
    server.sin_port = htons((uint16_t)atoi(argv[2]));
    for (int left = atoi(argv[3]); left > 0; left--)
        if (ask(&server) < 0) {
            perror("asks");
            return 1;
        }
    return 0;
}
