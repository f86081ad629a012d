/*
 * hello PORT [ADDRESS]: the example server. It is single-threaded on purpose and does not set SO_REUSEPORT. It takes one
 * connection at a time, reads the request and answers which copy it is. It has no handler for SIGTERM, which ends it.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int listen_on(struct sockaddr_in address)
{
    int server = socket(AF_INET, SOCK_STREAM, 0);
    int on = 1;
    setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(server, (struct sockaddr *)&address, sizeof address) < 0) {
        perror("bind");
        exit(1);
    }
    if (listen(server, 128) < 0) {
        perror("listen");
        exit(1);
    }
    return server;
}

/* Up to the empty line that ends the head of a request. */
static void read_request(int client)
{
    char request[4096];
    size_t length = 0;
    while (length < sizeof request - 1) {
        ssize_t count = recv(client, request + length, sizeof request - 1 - length, 0);
        if (count <= 0)
            return;
        length += (size_t)count;
        request[length] = '\0';
        if (strstr(request, "\r\n\r\n") != NULL || strstr(request, "\n\n") != NULL)
            return;
    }
}

static void answer(int client)
{
    const char *worker = getenv("REUSEPORT_WORKER");
    char body[64];
    char response[256];
    int size = snprintf(body, sizeof body, "worker %s pid %d\n", worker != NULL ? worker : "-", (int)getpid());
    int length = snprintf(response, sizeof response,
                          "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s", size, body);
    send(client, response, (size_t)length, MSG_NOSIGNAL);
}

int main(int argc, char **argv)
{
    int port = argc > 1 ? atoi(argv[1]) : 0;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    if (argc > 3 || port <= 0 || port > 65535 || (argc == 3 && inet_pton(AF_INET, argv[2], &address.sin_addr) != 1)) {
        fprintf(stderr, "usage: %s PORT [ADDRESS]\n", argv[0]);
        return 2;
    }

    int server = listen_on(address);
    for (;;) {
        int client = accept(server, NULL, NULL);
        if (client < 0)
            continue;
        read_request(client);
        answer(client);
        close(client);
    }
}
