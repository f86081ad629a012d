/* Included before a program: its binds and listens are system calls without libc, so that no library intercepts them. */
#ifndef RAW_BINDS_H
#define RAW_BINDS_H

#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define bind(fd, address, size) ((int)syscall(SYS_bind, fd, address, size))
#define listen(fd, backlog) ((int)syscall(SYS_listen, fd, backlog))

#endif
