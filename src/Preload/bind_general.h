/* The whole of the contract for bind(2): what bind.c leaves out, and a call before our constructor has run. */
#ifndef REUSEPORT_BIND_GENERAL_H
#define REUSEPORT_BIND_GENERAL_H

#include <sys/socket.h>

int bind_generally(int fd, const struct sockaddr *address, socklen_t length);

#endif
