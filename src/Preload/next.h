/* The bind and listen that ours stand before: the next interposer's, or the libc's. */
#ifndef REUSEPORT_NEXT_H
#define REUSEPORT_NEXT_H

#include <sys/socket.h>

typedef int bind_function(int fd, const struct sockaddr *address, socklen_t length);
typedef int listen_function(int fd, int backlog);

/*
 * Set once, by next_resolve, and before settings are published: who has seen those published may call these
 * as they are.
 */
extern __attribute__((visibility("hidden"))) bind_function *next_bind;
extern __attribute__((visibility("hidden"))) listen_function *next_listen;

/* Looks both up. Any number of threads may do so at once. */
void next_resolve(void);

#endif
