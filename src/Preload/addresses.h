/* LIBREUSEPORT_ADDR: addresses and prefixes. */
#ifndef REUSEPORT_ADDRESSES_H
#define REUSEPORT_ADDRESSES_H

#include <stdbool.h>
#include <stdint.h>

#include "endpoint.h"

enum { ADDRESS_RANGES_MAX = 64 };

/* IPv4 is stored in its v4-mapped form, so that either spelling matches either socket. */
struct address_range {
    uint64_t high; /* network order, as in struct endpoint */
    uint64_t low;
    uint64_t high_mask;
    uint64_t low_mask;
    bool inet6_only; /* ::/0 means every IPv6 address, but not every IPv4 address */
};

struct address_filter {
    bool listed; /* false: any address; an empty list matches nothing */
    unsigned int count;
    struct address_range ranges[ADDRESS_RANGES_MAX];
};

/* Fills a zeroed filter. Returns NULL, or why the value is invalid: then the filter matches nothing. */
const char *address_filter_read(struct address_filter *filter, const char *value);

static inline bool address_filter_holds(const struct address_filter *filter, const struct endpoint *at)
{
    const struct address_range *range = filter->ranges;
    for (unsigned int left = filter->count; left > 0; left--, range++) {
        const uint64_t differs =
            ((at->high ^ range->high) & range->high_mask) | ((at->low ^ range->low) & range->low_mask);
        if (differs == 0 && !(range->inet6_only && at->family == AF_INET))
            return true;
    }
    return false;
}

#endif
