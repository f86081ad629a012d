/*
 * clears-environment: a grandchild in its own session, which its own exec leaves without environment variables. The
 * grandchild holds a listener that the worker opened. Prints "grandchild PID" and waits.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void open_listener(void)
{
    int server = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(server, (struct sockaddr *)&address, sizeof address) < 0 || listen(server, 16) < 0) {
        perror("listen");
        _exit(1);
    }
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "stay") == 0) {
        printf("grandchild %d\n", (int)getpid());
        fflush(stdout);
        for (;;)
            pause();
    }

    char *none[] = {NULL};
    char *words[] = {argv[0], (char[]){"stay"}, NULL};
    open_listener();
    pid_t child = fork();
    if (child == 0) {
        setsid();
        if (fork() == 0) {
            execve("/proc/self/exe", words, none);
            _exit(127);
        }
        _exit(0);
    }

    waitpid(child, NULL, 0);
    for (;;)
        pause();
}
