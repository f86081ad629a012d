/*
 * A daemon may start with blocked signals, from a program that did not restore its mask. It may start with
 * SIGTERM ignored, from a script with `trap '' TERM`. Both survive exec, and the runtime keeps them: the
 * daemon could not be stopped. Other ignored signals stay ignored, because that is intended: SIGHUP by
 * nohup(1), SIGINT for background jobs of a script.
 *
 * Any thread may take a signal, so a handler of our own writes its number to a pipe, which a thread of the daemon
 * reads. The runtime's handlers would make a thread for each stop signal.
 *
 * A program that replaces the daemon in its process (execve(2)) gets the signals for the daemon blocked. They
 * wait until it handles them. Signals that come before the execve(2) go to another pipe, which the next program reads.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "spawn.h"

/* See Supervisor.csproj, as for reuseportd_standard_streams(). */
void reuseportd_inherited_signals(void) __attribute__((constructor(101)));

static const int daemon_signals[] = {SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR2};
enum { SIGNAL_COUNT = sizeof daemon_signals / sizeof daemon_signals[0] };

/* The end of the pipe that the handler writes to. */
static int collecting = -1;

static void collect(int number)
{
    int error = errno;
    unsigned char byte = (unsigned char)number;
    /* A full pipe has the signal many times already. */
    if (write(collecting, &byte, 1) < 0)
        errno = error;
    errno = error;
}

int32_t reuseportd_collect_signals(void)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
        return -1;
    collecting = ends[1];
    struct sigaction action = {.sa_handler = collect, .sa_flags = SA_RESTART | SA_ONSTACK};
    for (int i = 0; i < SIGNAL_COUNT; i++) {
        struct sigaction former;
        /* An ignored signal stays ignored: execve(2) would turn a handler into the default action. */
        if (sigaction(daemon_signals[i], NULL, &former) == 0 && former.sa_handler == SIG_IGN)
            continue;
        sigaction(daemon_signals[i], &action, NULL);
    }
    return ends[0];
}

void reuseportd_hold_signals(int32_t hold)
{
    sigset_t set;
    sigemptyset(&set);
    for (int i = 0; i < SIGNAL_COUNT; i++)
        sigaddset(&set, daemon_signals[i]);
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
