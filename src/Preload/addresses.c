#include "addresses.h"

#include <arpa/inet.h>
#include <string.h>

#include "reading.h"

enum { MAPPED_BITS = 96, INET_BITS = 32, INET6_BITS = 128 };

/* Reads the address; returns its number of bits, or 0. */
static int address_read(struct span text, struct endpoint *at)
{
    char copy[INET6_ADDRSTRLEN];
    uint8_t bytes[16];

    text = span_trim(text);
    if (text.length >= sizeof copy)
        return 0;
    memcpy(copy, text.start, text.length);
    copy[text.length] = '\0';

    if (inet_pton(AF_INET, copy, bytes) == 1) {
        endpoint_set_inet(at, bytes);
        return INET_BITS;
    }
    if (inet_pton(AF_INET6, copy, bytes) == 1) {
        endpoint_set_inet6(at, bytes);
        return INET6_BITS;
    }
    return 0;
}

static void mask_set(struct address_range *range, int bits)
{
    uint8_t bytes[16] = {0};
    for (int i = 0; i < bits; i++)
        bytes[i / 8] = (uint8_t)(bytes[i / 8] | (0x80 >> (i % 8)));
    memcpy(&range->high_mask, bytes, 8);
    memcpy(&range->low_mask, bytes + 8, 8);
}

static bool range_read(struct span text, struct address_range *range)
{
    struct endpoint at;
    struct span head;
    struct span tail;

    const bool prefixed = span_cut(text, '/', &head, &tail);
    const int width = address_read(head, &at);
    long bits = width;
    if (width == 0 || (prefixed && !span_number(tail, 0, width, &bits)))
        return false;
    if (width == INET_BITS)
        bits += MAPPED_BITS;
    range->high = at.high;
    range->low = at.low;
    mask_set(range, (int)bits);
    range->inet6_only = bits < MAPPED_BITS;
    return true;
}

static const char *refuse(struct address_filter *filter, const char *reason)
{
    filter->count = 0;
    return reason;
}

const char *address_filter_read(struct address_filter *filter, const char *value)
{
    struct span rest = {value, strlen(value)};
    struct span item;
    bool more;

    filter->listed = true;
    do {
        more = span_cut(rest, ',', &item, &rest);
        if (filter->count == ADDRESS_RANGES_MAX)
            return refuse(filter, "more than 64 addresses or prefixes");
        if (!range_read(item, &filter->ranges[filter->count]))
            return refuse(filter, "not an IP address, nor a list of addresses and prefixes");
        filter->count++;
    } while (more);
    return NULL;
}
