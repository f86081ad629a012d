/* The next bind and listen in the search order: those of another interposer or of libc. */
#ifndef REUSEPORT_NEXT_H
#define REUSEPORT_NEXT_H

#include <sys/socket.h>

typedef int bind_function(int fd, const struct sockaddr *address, socklen_t length);
typedef int listen_function(int fd, int backlog);

/*
 * Set once by next_resolve, before settings are published: a thread that sees published settings may call
 * these.
 */
extern __attribute__((visibility("hidden"))) bind_function *next_bind;
extern __attribute__((visibility("hidden"))) listen_function *next_listen;

/* Looks up both. Several threads may call it at once. */
void next_resolve(void);

#endif
