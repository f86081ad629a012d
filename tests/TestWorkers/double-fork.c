/*
 * double-fork PORT [leave]: daemonizes a grandchild, which has its own session and holds a listener on the port
 * (0: any). Prints "grandchild PID PORT" after the end of the child in between. The parent stays; with `leave`
 * it exits like the starter of a daemon.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int listen_on(int port, int *bound)
{
    int server = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(server, (struct sockaddr *)&address, size) < 0 || listen(server, 16) < 0 ||
        getsockname(server, (struct sockaddr *)&address, &size) < 0) {
        perror("listen");
        _exit(1);
    }
    *bound = ntohs(address.sin_port);
    return server;
}

static void be_daemon(int port, const int orphaned[2])
{
    int bound;
    char nothing;
    int server = listen_on(port, &bound);
    close(orphaned[1]);
    while (read(orphaned[0], &nothing, 1) > 0)
        ;
    int null = open("/dev/null", O_RDWR);
    printf("grandchild %d %d\n", (int)getpid(), bound);
    fflush(stdout);
    dup2(null, 0);
    dup2(null, 1);
    dup2(null, 2);
    for (;;) {
        int client = accept(server, NULL, NULL);
        if (client >= 0)
            close(client);
    }
}

int main(int argc, char **argv)
{
    int port = argc > 1 ? atoi(argv[1]) : 0;
    int orphaned[2];
    if (pipe(orphaned) < 0)
        return 1;
    pid_t child = fork();
    if (child == 0) {
        setsid();
        if (fork() == 0)
            be_daemon(port, orphaned);
        _exit(0);
    }

    waitpid(child, NULL, 0);
    close(orphaned[0]);
    close(orphaned[1]);
    if (argc > 2 && strcmp(argv[2], "leave") == 0)
        return 0;
    for (;;)
        pause();
}
