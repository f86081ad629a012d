/* The helpers and maps of share.bpf.c. sharding.c creates the maps; here only their names count. */
#ifndef REUSEPORTD_SHARE_KERNEL_H
#define REUSEPORTD_SHARE_KERNEL_H

#include <linux/bpf.h>

#include "share_maps.h"

#define SEC(name) __attribute__((section(name), used))
#define always_inline inline __attribute__((always_inline))

/* Of headers that the target has not. */
#define AF_INET 2
#define AF_INET6 10
#define SOL_SOCKET 1
#define SO_REUSEADDR 2
#define SO_REUSEPORT 15
#define SO_BINDTODEVICE 25
#define ENOMEM 12
#define ENODEV 19

struct map {
    int unused;
};
struct map workers SEC("maps");
struct map settings_map SEC("maps");
struct map sockets SEC("maps");
struct map slots SEC("maps");
struct map connections SEC("maps");
struct map events SEC("maps");
struct map drains SEC("maps");

/* bpf-helpers(7), by number. */
static void *(*const bpf_map_lookup_elem)(struct map *map, const void *key) = (void *)BPF_FUNC_map_lookup_elem;
static long (*const bpf_map_delete_elem)(struct map *map, const void *key) = (void *)BPF_FUNC_map_delete_elem;
static void *(*const bpf_get_local_storage)(struct map *map, __u64 flags) = (void *)BPF_FUNC_get_local_storage;
static void *(*const bpf_sk_storage_get)(struct map *map, void *sk, void *value,
                                         __u64 flags) = (void *)BPF_FUNC_sk_storage_get;
static long (*const bpf_setsockopt)(void *context, int level, int name, void *value,
                                    int length) = (void *)BPF_FUNC_setsockopt;
static long (*const bpf_getsockopt)(void *context, int level, int name, void *value,
                                    int length) = (void *)BPF_FUNC_getsockopt;
/* Linux 6.1. If it is missing, its calls do nothing, and a bind that is refused fails with EPERM. */
static int (*const bpf_set_retval)(int value) = (void *)BPF_FUNC_set_retval;
static long (*const bpf_ringbuf_output)(struct map *ring, void *data, __u64 size,
                                        __u64 flags) = (void *)BPF_FUNC_ringbuf_output;
static __u64 (*const bpf_ringbuf_query)(struct map *ring, __u64 flags) = (void *)BPF_FUNC_ringbuf_query;
/* The time of the last tick: some milliseconds old, and 20 ns cheaper (Linux 5.11). */
static __u64 (*const bpf_ktime_get_coarse_ns)(void) = (void *)BPF_FUNC_ktime_get_coarse_ns;
static long (*const bpf_probe_read_kernel)(void *into, __u32 size,
                                           const void *from) = (void *)BPF_FUNC_probe_read_kernel;
static void *(*const bpf_skc_to_tcp_sock)(void *sk) = (void *)BPF_FUNC_skc_to_tcp_sock;
static __u64 (*const bpf_get_current_pid_tgid)(void) = (void *)BPF_FUNC_get_current_pid_tgid;
static __u64 (*const bpf_get_current_task)(void) = (void *)BPF_FUNC_get_current_task;
static __u64 (*const bpf_get_socket_cookie)(void *context) = (void *)BPF_FUNC_get_socket_cookie;
static __u64 (*const bpf_get_netns_cookie)(void *context) = (void *)BPF_FUNC_get_netns_cookie;
static long (*const bpf_sock_ops_cb_flags_set)(struct bpf_sock_ops *context,
                                               int flags) = (void *)BPF_FUNC_sock_ops_cb_flags_set;

#endif
