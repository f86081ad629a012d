/* LIBREUSEPORT_PORT: ports and ranges of ports. */
#ifndef REUSEPORT_PORTS_H
#define REUSEPORT_PORTS_H

#include <stdbool.h>
#include <stdint.h>

enum { PORT_RANGES_MAX = 256 };

struct port_range {
    uint16_t first;
    uint16_t extent; /* last port minus first */
};

/*
 * "Any port" is the range 1-65535: no filter ever holds port 0. Each bind to port 0 must get its own port. If
 * two sockets have the option, the kernel may assign one port to both.
 */
struct port_filter {
    bool any;
    unsigned int count;
    struct port_range ranges[PORT_RANGES_MAX];
};

void port_filter_allow_any(struct port_filter *filter);

/* Returns NULL, or why the value is invalid: then the filter matches nothing. */
const char *port_filter_read(struct port_filter *filter, const char *value);

static inline bool port_range_holds(const struct port_range *range, unsigned int port)
{
    return (uint16_t)(port - range->first) <= range->extent;
}

static inline bool port_filter_holds(const struct port_filter *filter, unsigned int port)
{
    for (unsigned int i = 0; i < filter->count; i++)
        if (port_range_holds(&filter->ranges[i], port))
            return true;
    return false;
}

#endif
