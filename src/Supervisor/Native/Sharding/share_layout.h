/* Reads the kernel's structures, at offsets that the loader knows from BTF (struct share_layout). */
#ifndef REUSEPORTD_SHARE_LAYOUT_H
#define REUSEPORTD_SHARE_LAYOUT_H

#include "share_kernel.h"

/*
 * The loader puts a number in place of the symbol's address, so the verifier removes the code for an unknown offset (0).
 * Weak: the compiler must not assume that an address is never 0.
 */
#define CONSTANT(name) extern const char name __attribute__((weak))
#define VALUE(name) ((__u64)&(name))

CONSTANT(layout_socket);
CONSTANT(layout_inode);
CONSTANT(layout_backlog);
CONSTANT(layout_sk);
CONSTANT(traces_failures); /* whether share_failures.h sees the end of each bind(2) */

/* The number that /proc/PID/fd shows as socket:[N]. */
static always_inline __u64 inode_of(const void *sk)
{
    __u64 socket = 0;
    __u64 inode = 0;
    if (VALUE(layout_socket) == 0 || VALUE(layout_inode) == 0)
        return 0;
    bpf_probe_read_kernel(&socket, sizeof socket, sk + VALUE(layout_socket));
    if (socket != 0)
        bpf_probe_read_kernel(&inode, sizeof inode, (const void *)(socket + VALUE(layout_inode)));
    return inode;
}

/* For a pointer whose type the verifier knows, and to which a program cannot add. */
static always_inline __u64 inode_of_socket(struct bpf_sock *sk)
{
    const void *untyped = 0;
    if (VALUE(layout_socket) == 0)
        return 0;
    bpf_probe_read_kernel(&untyped, sizeof untyped, &sk);
    return inode_of(untyped);
}

static always_inline __s32 backlog_of(const void *sk)
{
    __s32 backlog = SHARE_LEAVE;
    if (VALUE(layout_backlog) != 0)
        bpf_probe_read_kernel(&backlog, sizeof backlog, sk + VALUE(layout_backlog));
    return backlog;
}

#endif
