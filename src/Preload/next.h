/* The bind and listen that ours stand before: the next interposer's, or the libc's. */
#ifndef REUSEPORT_NEXT_H
#define REUSEPORT_NEXT_H

#include <stdatomic.h>
#include <sys/socket.h>

typedef int bind_function(int fd, const struct sockaddr *address, socklen_t length);
typedef int listen_function(int fd, int backlog);

/* Set by next_resolve, and before settings are published: who holds published settings may call these as they are. */
extern __attribute__((visibility("hidden"))) bind_function *_Atomic next_bind;
extern __attribute__((visibility("hidden"))) listen_function *_Atomic next_listen;

/* Looks both up unless that is done. Any number of threads may do so at once: all find the same. */
void next_resolve(void);

static inline int call_next_bind(int fd, const struct sockaddr *address, socklen_t length)
{
    return atomic_load_explicit(&next_bind, memory_order_relaxed)(fd, address, length);
}

static inline int call_next_listen(int fd, int backlog)
{
    return atomic_load_explicit(&next_listen, memory_order_relaxed)(fd, backlog);
}

#endif
