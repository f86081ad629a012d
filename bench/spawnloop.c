/*
 * spawnloop N COMMAND...: starts N copies with posix_spawn, one after another, and a new copy for each that
 * ends. SIGHUP ends all copies. It measures the kernel's own cost.
 */
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

extern char **environ;

static volatile sig_atomic_t restart;

static void on_hangup(int signal)
{
    restart = signal;
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    int count = atoi(argv[1]);
    pid_t *pids = calloc((size_t)count, sizeof *pids);
    if (pids == NULL)
        return 1;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_hangup;
    sigaction(SIGHUP, &action, NULL);

    for (int i = 0; i < count; i++)
        if (posix_spawnp(&pids[i], argv[2], NULL, NULL, argv + 2, environ) != 0)
            return 1;
    for (;;) {
        pid_t ended = wait(NULL);
        if (restart != 0) {
            restart = 0;
            for (int i = 0; i < count; i++)
                kill(pids[i], SIGTERM);
        }
        if (ended < 0 && errno != EINTR)
            return 1;
        for (int i = 0; ended > 0 && i < count; i++)
            if (pids[i] == ended && posix_spawnp(&pids[i], argv[2], NULL, NULL, argv + 2, environ) != 0)
                return 1;
    }
}
