#include "ports.h"

#include <string.h>

#include "reading.h"

enum { HIGHEST_PORT = 65535 };

static bool range_read(struct span text, struct port_range *range)
{
    struct span head;
    struct span tail;
    long first;
    long last;

    const bool two = span_cut(text, '-', &head, &tail);
    if (!span_number(head, 1, HIGHEST_PORT, &first))
        return false;
    last = first;
    if (two && !span_number(tail, first, HIGHEST_PORT, &last))
        return false;
    *range = (struct port_range){(uint16_t)first, (uint16_t)(last - first)};
    return true;
}

void port_filter_allow_any(struct port_filter *filter)
{
    filter->any = true;
    filter->count = 1;
    filter->ranges[0] = (struct port_range){1, HIGHEST_PORT - 1};
}

static const char *refuse(struct port_filter *filter, const char *reason)
{
    filter->count = 0;
    return reason;
}

const char *port_filter_read(struct port_filter *filter, const char *value)
{
    struct span rest = {value, strlen(value)};
    struct span item;
    long zero;
    bool more;

    /* A single 0 means "any" in existing scripts. */
    if (span_number(rest, 0, 0, &zero)) {
        port_filter_allow_any(filter);
        return NULL;
    }
    filter->any = false;
    filter->count = 0;
    do {
        more = span_cut(rest, ',', &item, &rest);
        if (filter->count == PORT_RANGES_MAX)
            return refuse(filter, "more than 256 ports or ranges");
        if (!range_read(item, &filter->ranges[filter->count]))
            return refuse(filter, "not a port, nor a list of ports and ranges");
        filter->count++;
    } while (more);
    return NULL;
}
