/*
 * A daemon may start with blocked signals, from a program that did not restore its mask. It may start with
 * SIGTERM ignored, from a script with `trap '' TERM`. Both survive exec, and the runtime keeps them: the
 * daemon could not be stopped. Other ignored signals stay ignored, because that is intended: SIGHUP by
 * nohup(1), SIGINT for background jobs of a script.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stddef.h>

/* See Supervisor.csproj, as for reuseportd_standard_streams(). */
void reuseportd_inherited_signals(void) __attribute__((constructor(101)));

/* Runs before the runtime's threads start, which inherit the mask of the first. */
void reuseportd_inherited_signals(void)
{
    int error = errno;
    struct sigaction action;
    if (sigaction(SIGTERM, NULL, &action) == 0 && action.sa_handler == SIG_IGN)
        signal(SIGTERM, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    errno = error;
}
