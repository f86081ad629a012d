/*
 * Chooses the socket of a group for each new connection or datagram, and for each waiting connection of a
 * listener that closes. Runs in the kernel (BPF_PROG_TYPE_SK_REUSEPORT, select-or-migrate: Linux 5.14).
 *
 * A socket is identified by the slot of its worker. The daemon decides which slots take part (`active`,
 * `flows`). The kernel decides whether a slot has a socket: a closed socket is removed from `sockets`, and
 * another slot is chosen at once. The daemon changes its lists in place, without a lock. A reader of a
 * partial change gets at worst a slot that was valid a moment ago, or a slot without a socket. The latter is
 * not chosen.
 *
 * If no slot is chosen, the kernel uses its own hash over all sockets of the group: a connection is never
 * refused.
 *
 * This program is a separate work, not linked to the daemon; the kernel lets only GPL-compatible programs
 * call the helpers.
 */
#include <linux/bpf.h>
#include <linux/in.h>

#include "steering_maps.h"

/* Most slots without a socket that are tried. Bounded for the verifier and for the time. */
#define TRIES 16
/* Slots that least_queue compares; if there are more, others each time. */
#define COMPARED 16
/* The kernel's approximate overhead for each datagram in a receive queue. */
#define DATAGRAM_OVERHEAD 768

#define TCP_FLAGS 13 /* offset in its header */
#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_ACK 0x10

#define SEC(name) __attribute__((section(name), used))

/*
 * The maps. Only their names count: steering.c creates the maps, and inserts them where the instructions
 * refer to them.
 */
struct map {
    int unused;
};
struct map sockets SEC("maps");
struct map slots SEC("maps");
struct map group_map SEC("maps");

/* bpf-helpers(7), by number. */
static void *(*const bpf_map_lookup_elem)(struct map *map, const void *key) = (void *)BPF_FUNC_map_lookup_elem;
static long (*const bpf_sk_select_reuseport)(struct sk_reuseport_md *md, struct map *map, void *key, __u64 flags) =
    (void *)BPF_FUNC_sk_select_reuseport;
static __u32 (*const bpf_get_prandom_u32)(void) = (void *)BPF_FUNC_get_prandom_u32;

#define always_inline inline __attribute__((always_inline))

/* The packet or connection to be assigned, and its weight. */
struct arrival {
    __u64 weight; /* in units of a queue's length */
    __u32 hash;
    __u16 source; /* port */
    __u8 is_new;  /* neither a later packet of a flow nor migrated */
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

/* The slot with the shortest queue of this turn; any slot if no queue can be read. */
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
    /* Both kinds of header begin with the ports. */
    unsigned char *header = md->data;
    if ((void *)(header + 2) <= md->data_end)
        arrival.source = (__u16)(header[0] << 8 | header[1]);
    if (md->ip_protocol != IPPROTO_TCP) {
        arrival.weight = md->len + DATAGRAM_OVERHEAD;
        return arrival;
    }

    /* Stray segments and replies to SYN cookies also come here; they are no new connections. */
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
        /* Another bucket for each try: flows of a slot without a socket spread over all others. */
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

    /* Each try uses up a turn: otherwise the neighbour of a slot without a socket would get a double share. */
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
