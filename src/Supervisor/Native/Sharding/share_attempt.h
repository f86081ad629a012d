/*
 * Facts of a bind(2) from bind4 or bind6, for the hook at its end and for the next bind of the same socket. To make the storage
 * of a socket takes more than 400 ns. So an attempt is in a slot of a table, found by the socket's cookie, and in the storage if
 * the slot is in use. A success empties the slot. After a failure another socket can take it when some time has passed.
 *
 * Without the programs of share_failures.h, an attempt has failed if no success follows until the next bind of the socket, its
 * last close, or the loss of its slot.
 */
#ifndef REUSEPORTD_SHARE_ATTEMPT_H
#define REUSEPORTD_SHARE_ATTEMPT_H

#include "share_pid.h"

#define FREE 0ULL
#define TAKEN (~0ULL) /* a program writes or reads the slot */

struct place {
    struct share_slot *slot; /* 0 if the attempt is in the storage of the socket */
    struct share_attempt *attempt;
};

static always_inline struct share_slot *slot_of(__u64 cookie)
{
    __u32 index = cookie & (SHARE_SLOTS - 1);
    return bpf_map_lookup_elem(&slots, &index);
}

static always_inline void make_fresh(struct share_attempt *attempt)
{
    __builtin_memset(attempt, 0, sizeof *attempt);
    attempt->found_port = SHARE_LEAVE;
    attempt->found_address = SHARE_LEAVE;
    attempt->event.reuse_port = SHARE_LEAVE;
    attempt->event.reuse_address = SHARE_LEAVE;
    attempt->event.backlog = SHARE_LEAVE;
}

/*
 * For attempts that got no success. A socket with IP_BIND_ADDRESS_NO_PORT gets none for a bind to port 0, so no bind to port 0
 * counts as failed.
 */
static always_inline void tell_failure(struct share_attempt *attempt, __u64 inode)
{
    if (VALUE(traces_failures) != 0 || !attempt->runs || !attempt->permitted || attempt->event.port == 0)
        return;
    attempt->event.error = SHARE_UNKNOWN_ERROR;
    attempt->event.inode = inode;
    bpf_ringbuf_output(&events, &attempt->event, sizeof attempt->event, 0);
    attempt->event.error = 0;
}

static always_inline struct share_slot *take_slot(__u64 cookie, __u64 now)
{
    struct share_slot *slot = slot_of(cookie);
    if (!slot)
        return 0;
    __u64 owner = *(volatile __u64 *)&slot->owner;
    int is_in_use = owner != FREE && owner != cookie && (__s64)(now - slot->since) < SHARE_SLOT_NS;
    if (is_in_use || owner == TAKEN || __sync_val_compare_and_swap(&slot->owner, owner, TAKEN) != owner)
        return 0;
    slot->since = now;
    if (owner != cookie) {
        tell_failure(&slot->attempt, 0);
        make_fresh(&slot->attempt);
    }
    return slot;
}

static always_inline struct share_attempt *make_stored(struct bpf_sock *sk)
{
    struct share_attempt fresh;
    make_fresh(&fresh);
    return bpf_sk_storage_get(&sockets, sk, &fresh, BPF_SK_STORAGE_GET_F_CREATE);
}

/*
 * Each call needs a later `publish`. The attempt has the facts of the socket's former attempt; it is 0 without memory. If the
 * kernel's layout is unknown, a listen(2) finds its process only in the storage.
 */
static always_inline struct place begin(struct bpf_sock *sk, __u64 cookie, __u64 now)
{
    struct share_attempt *stored = bpf_sk_storage_get(&sockets, sk, 0, 0);
    struct place place = {0, stored};
    if (stored)
        return place;
    place.slot = VALUE(layout_tgid) != 0 ? take_slot(cookie, now) : 0;
    place.attempt = place.slot ? &place.slot->attempt : make_stored(sk);
    return place;
}

static always_inline void publish(struct place *place, __u64 cookie)
{
    place->attempt->runs = 1;
    if (place->slot)
        __sync_lock_test_and_set(&place->slot->owner, cookie);
}

/*
 * Copies the attempt of a bind that has ended. Returns 0 if there is none: two threads may bind one socket at the same time.
 * `owner` is the slot's owner from now on.
 */
static always_inline int end(void *sk, __u64 cookie, __u64 owner, struct share_attempt *into)
{
    struct share_slot *slot = slot_of(cookie);
    if (slot && __sync_val_compare_and_swap(&slot->owner, cookie, TAKEN) == cookie) {
        *into = slot->attempt;
        slot->attempt.runs = 0;
        __sync_lock_test_and_set(&slot->owner, owner);
        if (into->runs)
            return 1;
    }
    struct share_attempt *stored = bpf_sk_storage_get(&sockets, sk, 0, 0);
    if (!stored || !stored->runs)
        return 0;
    *into = *stored;
    stored->runs = 0;
    return 1;
}

#endif
