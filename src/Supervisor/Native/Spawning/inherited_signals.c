/*
 * A daemon may start with blocked signals, from a program that did not restore its mask. It may start with
 * SIGTERM ignored, from a script with `trap '' TERM`. Both survive exec, and the runtime keeps them: the
 * daemon could not be stopped. Other ignored signals stay ignored, because that is intended: SIGHUP by
 * nohup(1), SIGINT for background jobs of a script.
 *
 * A program that replaces the daemon in its process (execve(2)) gets the signals for the daemon blocked. They
 * wait until it handles them.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>

#include "spawn.h"

/* See Supervisor.csproj, as for reuseportd_standard_streams(). */
void reuseportd_inherited_signals(void) __attribute__((constructor(101)));

void reuseportd_hold_signals(int32_t hold)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGQUIT);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGUSR2);
    sigprocmask(hold ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
}

/* Runs before the runtime's threads start, which inherit the mask of the first. */
void reuseportd_inherited_signals(void)
{
    int error = errno;
    struct sigaction action;
    if (sigaction(SIGTERM, NULL, &action) == 0 && action.sa_handler == SIG_IGN)
        signal(SIGTERM, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    if (getenv("REUSEPORTD_STATE") != NULL)
        reuseportd_hold_signals(1);
    else
        sigprocmask(SIG_SETMASK, &none, NULL);
    errno = error;
}
