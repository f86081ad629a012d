/*
 * fosters [late] PROGRAM [ARGUMENT...]: is the parent of a process in the place of its daemon, as init is after a
 * daemon's end. It becomes a subreaper, starts PROGRAM in a session of its own, and reaps this process and its
 * orphans. With `late` it reaps nothing before SIGUSR1. Prints "fostered PID" before PROGRAM runs, and "reaped PID"
 * for the process itself. PROGRAM ends with it, and it ends at SIGTERM.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void become(char **program, const sigset_t *mask)
{
    setsid();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigprocmask(SIG_SETMASK, mask, NULL);
    dprintf(STDOUT_FILENO, "fostered %d\n", (int)getpid());
    execvp(program[0], program);
    perror(program[0]);
    _exit(127);
}

static void reap(pid_t fostered)
{
    pid_t child;
    while ((child = waitpid(-1, NULL, WNOHANG)) > 0)
        if (child == fostered)
            dprintf(STDOUT_FILENO, "reaped %d\n", (int)child);
}

int main(int argc, char **argv)
{
    int late = argc > 1 && strcmp(argv[1], "late") == 0;
    if (argc < 2 + late) {
        fprintf(stderr, "usage: %s [late] PROGRAM [ARGUMENT...]\n", argv[0]);
        return 2;
    }

    sigset_t awaited, before;
    sigemptyset(&awaited);
    sigaddset(&awaited, SIGCHLD);
    sigaddset(&awaited, SIGUSR1);
    sigaddset(&awaited, SIGTERM);
    if (sigprocmask(SIG_BLOCK, &awaited, &before) < 0 || prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
        return 1;
    pid_t fostered = fork();
    if (fostered < 0)
        return 1;
    if (fostered == 0)
        become(argv + 1 + late, &before);

    for (;;) {
        int number = 0;
        if (sigwait(&awaited, &number) != 0)
            return 1;
        if (number == SIGTERM)
            return 0;
        if (number == SIGUSR1)
            late = 0;
        if (!late)
            reap(fostered);
    }
}
