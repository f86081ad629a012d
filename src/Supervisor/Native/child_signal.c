/*
 * SIGCHLD as a descriptor, and blocked in every thread.
 *
 * The .NET runtime answers the signal, once anything in the process has asked it to (its console does too), and as process 1 it
 * then reaps every child there is: the exit status of a worker would be lost, and its number free while it is still used to
 * end its process group. A signal that is blocked reaches no handler, whoever installs one, and is still read here.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "spawn.h"

static sigset_t only_children(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    return set;
}

/*
 * Before the runtime makes its threads, which inherit the mask, and behind inherited_signals.c, which empties it; children get
 * one of their own (child.c). Not in the shared object, which is loaded into processes that are not the daemon: see the Makefile.
 */
#ifndef REUSEPORTD_SHARED
__attribute__((constructor(102))) static void block_for_all_threads(void)
{
    sigset_t set = only_children();
    sigprocmask(SIG_BLOCK, &set, NULL);
}
#endif

int reuseportd_child_signal(void)
{
    sigset_t set = only_children();
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}
