/*
 * forks-on COUNT [DEPTH]: processes that each leave their session and parent, clear their environment, fork the next one and live on for as
 * long as that takes; the last COUNT stay. Whoever kills one at a time comes too late. Says "forking" first, and each that stays "staying PID".
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
