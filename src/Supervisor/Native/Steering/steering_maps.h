/*
 * The memory that the BPF program (steer.bpf.c) and the daemon (Linux/Steering/SteeringMaps.cs) share.
 * Change all three files together. Both sides include this file: types are those of linux/types.h.
 */
#ifndef REUSEPORTD_STEERING_MAPS_H
#define REUSEPORTD_STEERING_MAPS_H

#include <linux/types.h>

/* Powers of two. No service has more slots (Configuration: MostWorkers). */
#define STEERING_SLOTS 16384
#define STEERING_FLOWS 16384
#define STEERING_NO_SLOT 0xffff

enum steering_balance {
    STEERING_ROUND_ROBIN,
    STEERING_RANDOM,
    STEERING_HASH,
    STEERING_LEAST_QUEUE,
};

/* Each slot has a cache line of its own: CPUs that serve different slots do not wait for each other. */
struct steering_slot {
    __u64 given;    /* connections (their first packet) or datagrams that the slot got */
    __u64 migrated; /* connections that the slot took over from closed listeners */
    __u64 load;     /* for least_queue: the last known queue, plus connections that the slot got since */
    __u64 owner;    /* for the daemon alone: its number of the worker, and above it the socket's number from 1; 0 for none */
    __u64 reserved[4];
};

struct steering_group {
    __u64 turn;
    __u32 balance;
    __u32 count; /* number of entries in `active` */
    __u32 visitor_port; /* of a client, in host order; its traffic goes to visitor_slot; 0 for none */
    __u32 visitor_slot;
    __u64 reserved[5];
    __u16 active[STEERING_SLOTS]; /* slots that get new connections, in any order */
    __u16 flows[STEERING_FLOWS];  /* the slot of each hash bucket, or STEERING_NO_SLOT */
};

#endif
