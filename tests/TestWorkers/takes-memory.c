/*
 * takes-memory MIB [now]: prints "waiting" and waits for SIGUSR1, but not with `now`. Then takes MIB of memory, page
 * by page, and prints "taken MIB" if it is still alive.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void wait_for_signal(void)
{
    sigset_t asked;
    int number;
    sigemptyset(&asked);
    sigaddset(&asked, SIGUSR1);
    sigprocmask(SIG_BLOCK, &asked, NULL);
    dprintf(STDOUT_FILENO, "waiting\n");
    sigwait(&asked, &number);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: %s MIB [now]\n", argv[0]);
        return 2;
    }

    if (argc < 3)
        wait_for_signal();

    size_t size = strtoul(argv[1], NULL, 10) << 20;
    volatile char *memory = malloc(size);
    if (memory == NULL) {
        perror("malloc");
        return 1;
    }
    for (size_t at = 0; at < size; at += 4096)
        memory[at] = 1;
    dprintf(STDOUT_FILENO, "taken %s\n", argv[1]);
    for (;;)
        pause();
}
