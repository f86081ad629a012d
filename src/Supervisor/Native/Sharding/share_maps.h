/*
 * The memory that the BPF programs (share.bpf.c) and the daemon (the structures of Linux/Sharding) share. Change all files
 * together. Both sides include this file: types are those of linux/types.h.
 */
#ifndef REUSEPORTD_SHARE_MAPS_H
#define REUSEPORTD_SHARE_MAPS_H

#include <linux/types.h>

/* The limits of the preload library: PORT_RANGES_MAX and ADDRESS_RANGES_MAX. */
#define SHARE_PORT_RANGES 256
#define SHARE_PREFIXES 64
#define SHARE_DEVICE_BYTES 16 /* IFNAMSIZ */
#define SHARE_LEAVE (-1)
#define SHARE_UNKNOWN_ERROR (-1)
#define SHARE_WORKERS 16384
/* Of sockets whose bind runs or has failed; a power of two. After this time another socket may take a slot. */
#define SHARE_SLOTS 512
#define SHARE_SLOT_NS 10000000000LL

/* A worker may tell so many events at once, and then one for each interval. */
#define SHARE_RING_BYTES (512 * 1024)
#define SHARE_INTERVAL_NS 5000000ULL
#define SHARE_BURST 512ULL
/* While half of the ring is unread, a worker has this burst: other workers find room. */
#define SHARE_BURST_WHEN_HALF_FULL 16ULL

enum share_kind {
    SHARE_BIND,
    SHARE_LISTEN,
    SHARE_LOST, /* the first event that is lost: it carries no socket */
    SHARE_IDLE, /* no connection is open any more; once for each entry in `drains` */
};

struct share_ports {
    __u16 first;
    __u16 extent; /* last port minus first */
};

/* Addresses are 16 bytes in network order, IPv4 ones in their v4-mapped form. */
struct share_prefix {
    __u64 address[2];
    __u64 mask[2];
    __u64 inet6_only; /* ::/0 means every IPv6 address, but not every IPv4 address */
};

/* One entry for all workers with equal settings. */
struct share_settings {
    __s8 reuse_port; /* 1, 0 or SHARE_LEAVE */
    __s8 reuse_address;
    __u8 confined;   /* to `device`; an empty name then fails each matching bind */
    __u8 privileged; /* listed ports need no CAP_NET_BIND_SERVICE */
    __u8 any_address;
    __u8 any_port; /* `ports` is then the range of all ports but 0 */
    __u8 reserved[2];
    __u32 port_count;
    __u32 prefix_count;
    char device[SHARE_DEVICE_BYTES];
    struct share_ports ports[SHARE_PORT_RANGES];
    struct share_prefix prefixes[SHARE_PREFIXES];
};

/* The storage of a worker's cgroup. The kernel frees it with the cgroup. */
struct share_worker {
    __u64 worker;      /* the daemon's number for the process */
    __u64 allowance;   /* the time from which the next event counts against the burst */
    __u64 lost;        /* events that were not told yet */
    __u64 established; /* connections since the start */
    __u64 connections; /* open now: established, and neither closed by a process nor by TCP */
    __u64 network;     /* cookie of the network namespace in which device_index is that of the device */
    __u32 device_index;
    __u32 settings; /* key in the map of settings; 0 for none */
};

struct share_event {
    __u64 worker;
    __u64 cookie;  /* of the socket (SO_COOKIE) */
    __u64 network; /* cookie of its network namespace */
    __u64 lost;    /* events of this worker that were lost before this one */
    __u64 inode;   /* of the socket; 0 if unknown */
    __u32 address[4];
    __u32 pid; /* of the process that made the call, in the daemon's pid namespace; 0 if unknown */
    __u16 port;   /* host order */
    __u16 protocol;
    __u8 kind;
    __u8 family;
    __u8 type;
    __u8 matched;
    __s8 reuse_port; /* what was set, or SHARE_LEAVE */
    __s8 reuse_address;
    __u8 confined; /* to the device of the settings */
    __u8 reserved;
    __s32 backlog; /* of a listen; SHARE_LEAVE if unknown */
    __s32 error; /* 0, or the errno of a bind that failed; SHARE_UNKNOWN_ERROR if the kernel has not told it */
};

struct share_attempt {
    struct share_event event;
    __s32 found_port; /* former values of the options, or SHARE_LEAVE */
    __s32 found_address;
    __u32 found_no_device; /* whether the former device was none, and another is set */
    __u32 reserved;
    __u32 permitted; /* by the limit of events */
    __u32 runs;      /* 0 after the end of the bind */
};

struct share_slot {
    __u64 owner; /* cookie of a socket */
    __u64 since;
    struct share_attempt attempt;
};

/* Offsets in the kernel's structures, from its BTF. 0 if unknown. */
struct share_layout {
    __u32 socket;  /* struct sock: sk_socket */
    __u32 inode;   /* struct socket_alloc: from the socket to the inode's i_ino */
    __u32 backlog; /* struct sock: sk_max_ack_backlog */
    __u32 sk;      /* struct socket: sk */
    __u32 tgid;    /* struct task_struct: tgid */
    __u32 leader;  /* struct task_struct: group_leader, thread_pid */
    __u32 pid;
    __u32 level; /* struct pid: level, numbers */
    __u32 numbers;
    __u32 number_size;
    __u32 namespace; /* struct upid: ns; its nr is at 0 */
    __u32 inode_of_namespace; /* struct pid_namespace: ns.inum */
    __u32 pid_namespace; /* the inode of the daemon's pid namespace; 0 for the first one */
    __u32 bind4; /* ids of functions: inet_bind, inet6_bind */
    __u32 bind6;
};

#endif
