/* spawnloop N: starts N copies of sleep(1) with posix_spawn, one after the other; prints the seconds, and ends them. */
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

extern char **environ;

int main(int argc, char **argv)
{
    int count = argc > 1 ? atoi(argv[1]) : 500;
    pid_t *pids = calloc((size_t)count, sizeof *pids);
    char *arguments[] = {"sleep", "1000", NULL};
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (int i = 0; i < count; i++)
        if (posix_spawnp(&pids[i], "sleep", NULL, NULL, arguments, environ) != 0)
            return 1;
    clock_gettime(CLOCK_MONOTONIC, &to);
    printf("%.6f\n", (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9);
    for (int i = 0; i < count; i++)
        kill(pids[i], SIGKILL);
    return 0;
}
