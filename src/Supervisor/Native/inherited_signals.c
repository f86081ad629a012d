/*
 * A daemon may be started with signals blocked, by a program that forgot to give back what it had, or with
 * SIGTERM ignored, by a script with `trap '' TERM`. Both outlive exec, and the runtime leaves them so: nobody
 * could stop it. What else is ignored stays, as that is asked for on purpose: SIGHUP by nohup(1), SIGINT for
 * what a script starts behind it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stddef.h>

/* See Supervisor.csproj, as for reuseportd_standard_streams(). */
void reuseportd_inherited_signals(void) __attribute__((constructor(101)));

/* Ahead of the runtime's threads, which inherit the mask of the first. */
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
