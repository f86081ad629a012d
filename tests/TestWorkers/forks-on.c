/*
 * forks-on COUNT [DEPTH]: a chain of processes. Each leaves its session and parent, clears its environment, forks the
 * next process and ends when that is done; the last COUNT stay. A killer that takes one process at a time is too slow
 * for the chain. Prints "forking" first; each process that stays prints "staying PID".
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    int count = argc > 1 ? atoi(argv[1]) : 1;
    int generations = argc > 2 ? atoi(argv[2]) : 200;
    printf("forking %d\n", (int)getpid());
    fflush(stdout);
    for (int number = 0; number < count; number++) {
        if (fork() != 0)
            continue;
        clearenv();
        setsid();
        for (int generation = 0; generation < generations; generation++) {
            if (fork() != 0)
                _exit(0);
            setsid();
        }
        printf("staying %d\n", (int)getpid());
        fflush(stdout);
        for (;;)
            pause();
    }
    signal(SIGCHLD, SIG_IGN);
    for (;;)
        pause();
}
