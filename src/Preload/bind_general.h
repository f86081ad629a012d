/* The whole contract for bind(2): the cases that bind.c omits, and calls before our constructor. */
#ifndef REUSEPORT_BIND_GENERAL_H
#define REUSEPORT_BIND_GENERAL_H

#include <sys/socket.h>

int bind_generally(int fd, const struct sockaddr *address, socklen_t length);

#endif
