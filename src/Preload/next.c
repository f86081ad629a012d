#define _GNU_SOURCE /* RTLD_NEXT */

#include "next.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#include "kernel.h"

bind_function *next_bind;
listen_function *next_listen;

static int result_of(long answer)
{
    if (answer >= 0)
        return (int)answer;
    errno = (int)-answer;
    return -1;
}

/*
 * If no library follows in the search order (libc is linked statically into the program), the kernel is
 * called.
 */
static int kernel_bind(int fd, const struct sockaddr *address, socklen_t length)
{
    return result_of(kernel_call3(SYS_bind, fd, address, (long)length));
}

static int kernel_listen(int fd, int backlog)
{
    return result_of(kernel_call3(SYS_listen, fd, backlog, 0));
}

/*
 * The first thread sets the pointer. The others find the same value and do not write it while other threads
 * read.
 */
#define SET_ONCE(pointer, found)                                                           \
    do {                                                                                   \
        __typeof__(pointer) unset_ = NULL;                                                 \
        __atomic_compare_exchange_n(&(pointer), &unset_, (found), false, __ATOMIC_ACQ_REL, \
                                    __ATOMIC_ACQUIRE);                                     \
    } while (0)

void next_resolve(void)
{
    /* dlsym finds "next" by its return address: these must stay calls inside this library. */
    bind_function *found_bind = (bind_function *)dlsym(RTLD_NEXT, "bind");
    listen_function *found_listen = (listen_function *)dlsym(RTLD_NEXT, "listen");

    SET_ONCE(next_bind, found_bind != NULL ? found_bind : kernel_bind);
    SET_ONCE(next_listen, found_listen != NULL ? found_listen : kernel_listen);
}
