/*
 * What the program of the kernel (steer.bpf.c) and the daemon (Linux/Steering/SteeringMaps.cs) share, in memory that both have
 * mapped. Change all three together. Included by both sides: types are those of linux/types.h.
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

/* One line of the cache each: two CPUs that serve two slots do not wait for each other. */
struct steering_slot {
    __u64 given;    /* connections (their first packet) or datagrams that it was given */
    __u64 migrated; /* connections that it took over from a listener that closed */
    __u64 load;     /* of least_queue: its queue when it was last looked at, and what it was given since */
    __u64 reserved[5];
};

struct steering_group {
    __u64 turn;
    __u32 balance;
    __u32 count; /* how many of `active` are there */
    __u32 visitor_port; /* of a client, as it writes it; what comes from there goes to visitor_slot; 0 for none */
    __u32 visitor_slot;
    __u64 reserved[5];
    __u16 active[STEERING_SLOTS]; /* slots that get something new, in any order */
    __u16 flows[STEERING_FLOWS];  /* the slot of each bucket of hashes, or STEERING_NO_SLOT */
};

#endif
