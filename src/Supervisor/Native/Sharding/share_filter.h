/* Decides if a bind is for a sharded socket, as settings_match of the preload library (src/Preload/settings.h). */
#ifndef REUSEPORTD_SHARE_FILTER_H
#define REUSEPORTD_SHARE_FILTER_H

#include "share_kernel.h"

struct endpoint {
    __u32 family;
    __u32 port;
    union {
        __u32 words[4];
        __u64 halves[2];
    };
};

static always_inline int port_matches(const struct share_settings *settings, __u32 port)
{
    for (__u32 i = 0; i < SHARE_PORT_RANGES; i++) {
        if (i >= settings->port_count)
            return 0;
        if ((__u16)(port - settings->ports[i].first) <= settings->ports[i].extent)
            return 1;
    }
    return 0;
}

static always_inline int address_matches(const struct share_settings *settings, const struct endpoint *at)
{
    if (settings->any_address)
        return 1;
    for (__u32 i = 0; i < SHARE_PREFIXES; i++) {
        if (i >= settings->prefix_count)
            return 0;
        const struct share_prefix *prefix = &settings->prefixes[i];
        __u64 differs = ((at->halves[0] ^ prefix->address[0]) & prefix->mask[0]) |
                        ((at->halves[1] ^ prefix->address[1]) & prefix->mask[1]);
        if (differs == 0 && !(prefix->inet6_only && at->family == AF_INET))
            return 1;
    }
    return 0;
}

static always_inline int is_listed(const struct share_settings *settings, const struct endpoint *at)
{
    return port_matches(settings, at->port) && address_matches(settings, at);
}

#endif
