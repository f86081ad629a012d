/*
 * fork-chain COUNT [stay]: makes a chain of COUNT processes, each in its own session. A process ends when it has
 * made the next, so that a search finds it already gone. The last process stays; with `stay` all of them stay.
 * The first prints "forking", the last "last PID". The worker itself is not among the COUNT, and stays.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void stay_for_ever(void)
{
    for (;;)
        pause();
}

static void fork_on(long count, int stay)
{
    setsid();
    dprintf(STDOUT_FILENO, "forking\n");
    for (long left = count - 1; left > 0; left--) {
        pid_t next = fork();
        if (next < 0) {
            perror("fork");
            break;
        }
        if (next > 0 && stay)
            stay_for_ever();
        if (next > 0)
            _exit(0);
        setsid();
    }

    dprintf(STDOUT_FILENO, "last %d\n", (int)getpid());
    stay_for_ever();
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: %s COUNT [stay]\n", argv[0]);
        return 2;
    }

    int stay = argc > 2 && strcmp(argv[2], "stay") == 0;
    pid_t first = fork();
    if (first == 0)
        fork_on(atol(argv[1]), stay);
    if (!stay)
        waitpid(first, NULL, 0);
    stay_for_ever();
}
