#define _GNU_SOURCE /* RTLD_NEXT */

#include "next.h"

#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>

#include "kernel.h"

bind_function *_Atomic next_bind;
listen_function *_Atomic next_listen;

static int result_of(long answer)
{
    if (answer >= 0)
        return (int)answer;
    errno = (int)-answer;
    return -1;
}

/* Where nothing follows us in the search order (a libc linked statically into the program), the kernel still does. */
static int kernel_bind(int fd, const struct sockaddr *address, socklen_t length)
{
    return result_of(kernel_call3(SYS_bind, fd, address, (long)length));
}

static int kernel_listen(int fd, int backlog)
{
    return result_of(kernel_call3(SYS_listen, fd, backlog, 0));
}

void next_resolve(void)
{
    /* dlsym finds "next" from its return address: these calls must stay calls, and stay in this library. */
    if (atomic_load_explicit(&next_bind, memory_order_relaxed) == NULL) {
        bind_function *found = (bind_function *)dlsym(RTLD_NEXT, "bind");
        atomic_store_explicit(&next_bind, found != NULL ? found : kernel_bind, memory_order_release);
    }
    if (atomic_load_explicit(&next_listen, memory_order_relaxed) == NULL) {
        listen_function *found = (listen_function *)dlsym(RTLD_NEXT, "listen");
        atomic_store_explicit(&next_listen, found != NULL ? found : kernel_listen, memory_order_release);
    }
}
