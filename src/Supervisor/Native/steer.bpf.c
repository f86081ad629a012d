/*
 * Chooses the socket of a group of port sharding for each new connection or datagram, and for each connection that waits in a
 * listener that closes. Runs in the kernel (BPF_PROG_TYPE_SK_REUSEPORT, select-or-migrate: Linux 5.14).
 *
 * Sockets are known by the slot of their worker. Which slots take part is the daemon's to say (`active`, `flows`); whether one
 * is there is the kernel's: a socket that closes leaves `sockets` by itself, and the choice goes on to another slot at once. The
 * daemon changes its lists in place, without a lock: what is read of a list half changed is at worst a slot that
 * was right a moment ago, or one that is not in `sockets` and so not chosen.
 *
 * Where nothing is chosen the kernel takes its own hash over all sockets of the group: never a refusal.
 *
 * Its own work, and linked to nothing that the daemon is made of; the kernel lets only GPL-compatible programs call the helpers.
 */
#include <linux/bpf.h>
#include <linux/in.h>

#include "steering_maps.h"

/* How many slots are tried that turn out not to be there. Bounded, for the verifier and for the time that it takes. */
#define TRIES 16
/* least_queue compares so many slots; with more of them, others each time. */
#define COMPARED 16
/* What the kernel counts in a receive queue beside a datagram's own bytes, about. */
#define DATAGRAM_OVERHEAD 768

#define TCP_FLAGS 13 /* offset in its header */
#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_ACK 0x10

#define SEC(name) __attribute__((section(name), used))

/*
 * The maps, of which only the names count here: steering.c makes them and puts each where the instructions refer to it.
 */
struct map {
    int unused;
};
struct map sockets SEC("maps");
struct map slots SEC("maps");
struct map group_map SEC("maps");

/* bpf-helpers(7), by their numbers. */
static void *(*const bpf_map_lookup_elem)(struct map *map, const void *key) = (void *)BPF_FUNC_map_lookup_elem;
static long (*const bpf_sk_select_reuseport)(struct sk_reuseport_md *md, struct map *map, void *key, __u64 flags) =
    (void *)BPF_FUNC_sk_select_reuseport;
static __u32 (*const bpf_get_prandom_u32)(void) = (void *)BPF_FUNC_get_prandom_u32;

#define always_inline inline __attribute__((always_inline))

/* What is decided about, and how it counts. */
struct arrival {
    __u64 weight; /* in the unit of a queue's length */
    __u32 hash;
    __u16 source; /* port */
    __u8 is_new;  /* neither a later packet of something nor migrated */
    __u8 migrates;
};

static always_inline int give(struct sk_reuseport_md *md, const struct arrival *arrival, __u32 slot)
{
    if (bpf_sk_select_reuseport(md, &sockets, &slot, 0) != 0)
        return 0;
    struct steering_slot *state = bpf_map_lookup_elem(&slots, &slot);
    if (state) {
        if (arrival->migrates)
            __sync_fetch_and_add(&state->migrated, 1);
        else if (arrival->is_new)
            __sync_fetch_and_add(&state->given, 1);
        if (arrival->weight)
            __sync_fetch_and_add(&state->load, arrival->weight);
    }
    return 1;
}

/* The least of what is there at this turn; any slot when none can be read. */
static always_inline __u32 least_loaded(struct steering_group *group, __u32 count, __u64 turn)
{
    __u64 least = ~0ULL;
    __u32 found = STEERING_NO_SLOT;
    for (int i = 0; i < COMPARED; i++) {
        if (i >= count)
            break;
        __u32 slot = group->active[(turn + i) % count & (STEERING_SLOTS - 1)];
        struct steering_slot *state = bpf_map_lookup_elem(&slots, &slot);
        if (state && state->load < least) {
            least = state->load;
            found = slot;
        }
    }
    return found;
}

static always_inline struct arrival arrival_of(struct sk_reuseport_md *md)
{
    struct arrival arrival = {.hash = md->hash, .is_new = 1, .weight = 1};
    arrival.migrates = md->migrating_sk != 0;
    if (arrival.migrates)
        return arrival;
    /* Both kinds of header begin with the port. */
    unsigned char *header = md->data;
    if ((void *)(header + 2) <= md->data_end)
        arrival.source = (__u16)(header[0] << 8 | header[1]);
    if (md->ip_protocol != IPPROTO_TCP) {
        arrival.weight = md->len + DATAGRAM_OVERHEAD;
        return arrival;
    }

    /* Stray segments and answers to SYN cookies come here too, and are no new connections. */
    if ((void *)(header + TCP_FLAGS + 1) <= md->data_end)
        arrival.is_new = (header[TCP_FLAGS] & (TCP_FIN | TCP_SYN | TCP_RST | TCP_ACK)) == TCP_SYN;
    if (!arrival.is_new)
        arrival.weight = 0;
    return arrival;
}

SEC("sk_reuseport/migrate")
int steer(struct sk_reuseport_md *md)
{
    __u32 first = 0;
    struct steering_group *group = bpf_map_lookup_elem(&group_map, &first);
    if (!group)
        return SK_PASS;
    struct arrival arrival = arrival_of(md);
    if (arrival.source != 0 && arrival.source == group->visitor_port && give(md, &arrival, group->visitor_slot))
        return SK_PASS;
    __u32 count = group->count;
    if (count == 0 || count > STEERING_SLOTS)
        return SK_PASS;

    __u32 balance = group->balance;
    if (balance == STEERING_HASH) {
        /* Another bucket for each try: the flows of a slot that is not there spread over all others. */
        __u32 hash = arrival.hash;
        for (int i = 0; i < TRIES; i++) {
            __u32 slot = group->flows[hash & (STEERING_FLOWS - 1)];
            if (slot != STEERING_NO_SLOT && give(md, &arrival, slot))
                return SK_PASS;
            hash = (hash ^ hash >> 15) * 0x85ebca6b + 0x9e3779b9;
        }
    }
    if (balance == STEERING_LEAST_QUEUE && arrival.weight) {
        __u32 slot = least_loaded(group, count, __sync_fetch_and_add(&group->turn, 1));
        if (slot != STEERING_NO_SLOT && give(md, &arrival, slot))
            return SK_PASS;
    }

    /* A turn is used up by each try, so that the neighbour of a slot that is not there gets no more than the others. */
    int takes_turn = balance == STEERING_ROUND_ROBIN && (arrival.is_new || arrival.migrates);
    __u64 any = bpf_get_prandom_u32();
    for (int i = 0; i < TRIES; i++) {
        __u64 at = takes_turn ? __sync_fetch_and_add(&group->turn, 1) : any + i;
        if (give(md, &arrival, group->active[at % count & (STEERING_SLOTS - 1)]))
            return SK_PASS;
    }
    return SK_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
