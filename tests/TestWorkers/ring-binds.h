/*
 * Included before a program: its binds and listens go through io_uring(7), so that neither a library nor seccomp(2) sees
 * them. Linux 6.11; older kernels answer EINVAL.
 */
#ifndef RING_BINDS_H
#define RING_BINDS_H

#include <errno.h>
#include <linux/io_uring.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Debian 12's headers are older than these. */
#define RING_BIND 56
#define RING_LISTEN 57

/* Carries out one call with a ring of its own. Returns 0, or -1 with errno. */
static inline int ring_call(const struct io_uring_sqe *call)
{
    enum { RING_BYTES = 4096 };
    struct io_uring_params params = {0};
    int fd = (int)syscall(SYS_io_uring_setup, 1, &params);
    if (fd < 0)
        return -1;
    char *ring = mmap(NULL, RING_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, IORING_OFF_SQ_RING);
    struct io_uring_sqe *calls =
        mmap(NULL, sizeof *calls, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, IORING_OFF_SQES);
    int result = -EINVAL;
    if (params.features & IORING_FEAT_SINGLE_MMAP && ring != MAP_FAILED && calls != MAP_FAILED) {
        *calls = *call;
        *(uint32_t *)(void *)(ring + params.sq_off.array) = 0;
        __atomic_store_n((uint32_t *)(void *)(ring + params.sq_off.tail), 1, __ATOMIC_RELEASE);
        if (syscall(SYS_io_uring_enter, fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) == 1)
            result = ((struct io_uring_cqe *)(void *)(ring + params.cq_off.cqes))->res;
    }
    if (ring != MAP_FAILED)
        munmap(ring, RING_BYTES);
    if (calls != MAP_FAILED)
        munmap(calls, sizeof *calls);
    close(fd);
    if (result >= 0)
        return 0;
    errno = -result;
    return -1;
}

static inline int ring_bind(int fd, const struct sockaddr *address, socklen_t size)
{
    struct io_uring_sqe call = {.opcode = RING_BIND, .fd = fd, .addr = (uintptr_t)address, .addr2 = size};
    return ring_call(&call);
}

static inline int ring_listen(int fd, int backlog)
{
    struct io_uring_sqe call = {.opcode = RING_LISTEN, .fd = fd, .len = (uint32_t)backlog};
    return ring_call(&call);
}

#define bind(fd, address, size) ring_bind(fd, address, size)
#define listen(fd, backlog) ring_listen(fd, backlog)

#endif
