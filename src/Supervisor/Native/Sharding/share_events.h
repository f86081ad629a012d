/* Events in the ring, with a limit for each worker. */
#ifndef REUSEPORTD_SHARE_EVENTS_H
#define REUSEPORTD_SHARE_EVENTS_H

#include "share_kernel.h"

#define TRIES 8 /* of threads that bind at the same time */

/* `allowance` runs ahead of the clock by one interval for each event, and by the burst at most. */
static always_inline int is_permitted(struct share_worker *worker, __u64 now)
{
    int is_half_full = bpf_ringbuf_query(&events, BPF_RB_AVAIL_DATA) > SHARE_RING_BYTES / 2;
    __u64 burst = (is_half_full ? SHARE_BURST_WHEN_HALF_FULL : SHARE_BURST) * SHARE_INTERVAL_NS;
    for (int i = 0; i < TRIES; i++) {
        __u64 found = *(volatile __u64 *)&worker->allowance;
        __u64 from = found > now ? found : now;
        if (from - now >= burst)
            return 0;
        if (__sync_val_compare_and_swap(&worker->allowance, found, from + SHARE_INTERVAL_NS) == found)
            return 1;
    }
    return 0;
}

/* The first lost event is told: the daemon must then read the sockets of this worker elsewhere. */
static always_inline void lose(struct share_worker *worker, __u64 count)
{
    if (__sync_fetch_and_add(&worker->lost, count) != 0)
        return;
    struct share_event event = {.worker = worker->worker, .kind = SHARE_LOST, .lost = count};
    bpf_ringbuf_output(&events, &event, sizeof event, 0);
}

static always_inline void tell(struct share_worker *worker, struct share_event *event)
{
    event->worker = worker->worker;
    if (worker->lost)
        event->lost = __sync_lock_test_and_set(&worker->lost, 0);
    if (bpf_ringbuf_output(&events, event, sizeof *event, 0) != 0)
        __sync_fetch_and_add(&worker->lost, event->lost + 1);
}

#endif
