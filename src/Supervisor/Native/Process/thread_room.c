/*
 * Finds out whether the kernel still allows threads. A thread of pthread_create(3) costs as much as the start
 * of a process, with its stack, its guard page and its thread-local storage. These have none of that: each
 * waits in one system call, on a page of its own, with all signals blocked.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "thread_room.h"

enum {
    STACK_SIZE = 4096,
};

struct trial {
    uint32_t held;                    /* 1 until all threads are there */
    pid_t threads[MOST_TRIED_THREADS]; /* the kernel clears each at the thread's end (CLONE_CHILD_CLEARTID) */
};

static void futex_wait(void *word, uint32_t value)
{
    syscall(SYS_futex, word, FUTEX_WAIT, value, NULL, NULL, 0);
}

/* Uses the errno of the thread that waits for it. */
static int wait_for_others(void *argument)
{
    struct trial *trial = argument;
    while (__atomic_load_n(&trial->held, __ATOMIC_ACQUIRE) != 0)
        futex_wait(&trial->held, 1);
    return 0;
}

static int try_threads(struct trial *trial, char *stacks, int count)
{
    const int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM |
                      CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID;
    int made = 0, error = 0;
    while (made < count && error == 0) {
        pid_t *thread = &trial->threads[made];
        if (clone(wait_for_others, stacks + (made + 1) * STACK_SIZE, flags, trial, thread, NULL, thread) < 0)
            error = errno;
        else
            made++;
    }

    __atomic_store_n(&trial->held, 0, __ATOMIC_RELEASE);
    syscall(SYS_futex, &trial->held, FUTEX_WAKE, count, NULL, NULL, 0);
    for (int i = 0; i < made; i++) {
        pid_t thread;
        while ((thread = __atomic_load_n(&trial->threads[i], __ATOMIC_ACQUIRE)) != 0)
            futex_wait(&trial->threads[i], (uint32_t)thread);
    }
    return error;
}

int reuseportd_try_threads(int count)
{
    struct trial trial = {.held = 1};
    if (count < 0 || count > MOST_TRIED_THREADS)
        return EINVAL;
    const size_t size = (size_t)count * STACK_SIZE;
    char *stacks = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (stacks == MAP_FAILED)
        return count == 0 ? 0 : errno;

    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    const int error = try_threads(&trial, stacks, count);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    munmap(stacks, size);
    return error;
}
