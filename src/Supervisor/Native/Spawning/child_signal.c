/*
 * SIGCHLD as a descriptor, blocked in every thread.
 *
 * The .NET runtime handles the signal after any use of it in the process (its console also uses it). As
 * process 1 it then reaps every child. A worker's exit status would be lost, and its number would be free
 * while the daemon still uses it to kill the process group. A blocked signal reaches no handler, and can
 * still be read here.
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
 * Runs before the runtime creates its threads, which inherit the mask, and after inherited_signals.c, which
 * clears it. Children get their own mask (child.c). Not in the shared object, which other processes load: see
 * the Makefile.
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
