/*
 * Coordinates threads of the daemon while one of them, or a child in its memory, has another identity.
 *
 * Every change of identity makes the memory non-dumpable (see commit_creds() in the kernel), so that no
 * process of that user can trace it. The memory becomes dumpable again only when no other identity is left: a
 * thread that did this alone would expose the memory to the user of another thread's child.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sys/prctl.h>

#include "identity.h"

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static int strangers;
static int was_dumpable;

void reuseportd_identity_begin(void)
{
    pthread_mutex_lock(&gate);
    if (strangers++ == 0)
        was_dumpable = prctl(PR_GET_DUMPABLE);
    pthread_mutex_unlock(&gate);
}

void reuseportd_identity_end(void)
{
    pthread_mutex_lock(&gate);
    if (--strangers == 0 && was_dumpable == 1)
        prctl(PR_SET_DUMPABLE, 1L);
    pthread_mutex_unlock(&gate);
}
