#include "line.h"

#include <string.h>

static void add_byte(struct line *line, char c)
{
    if (line->length < LINE_MAX_BYTES - 1)
        line->bytes[line->length++] = c;
}

void line_add(struct line *line, const char *text)
{
    while (*text != '\0')
        add_byte(line, *text++);
}

void line_add_foreign(struct line *line, const char *text)
{
    for (; *text != '\0'; text++)
        add_byte(line, (char)(*text >= ' ' && *text <= '~' ? *text : '?'));
}

void line_add_unsigned(struct line *line, uint64_t number)
{
    char digits[20];
    size_t count = 0;

    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    while (count > 0)
        add_byte(line, digits[--count]);
}

void line_add_number(struct line *line, long number)
{
    if (number < 0)
        add_byte(line, '-');
    line_add_unsigned(line, number < 0 ? 0 - (uint64_t)number : (uint64_t)number);
}

static void add_hex(struct line *line, unsigned int word)
{
    for (int shift = 12; shift >= 0; shift -= 4)
        if (word >> shift != 0 || shift == 0)
            add_byte(line, "0123456789abcdef"[(word >> shift) & 0xf]);
}

static void add_inet(struct line *line, const uint8_t *bytes)
{
    for (int i = 0; i < 4; i++) {
        if (i > 0)
            add_byte(line, '.');
        line_add_unsigned(line, bytes[i]);
    }
}

/* The first of the longest runs of two or more zero words; empty if there is none. */
static void zero_run(const unsigned int *words, int *first, int *length)
{
    *first = -1;
    *length = 1;
    for (int i = 0; i < 8; i++) {
        int end = i;
        while (end < 8 && words[end] == 0)
            end++;
        if (end - i > *length) {
            *first = i;
            *length = end - i;
        }
    }
}

static void add_inet6(struct line *line, const uint8_t *bytes)
{
    unsigned int words[8];
    int first;
    int length;

    for (size_t i = 0; i < 8; i++)
        words[i] = (unsigned int)bytes[2 * i] << 8 | bytes[2 * i + 1];
    zero_run(words, &first, &length);

    /* An IPv4 address inside: ::ffff:a.b.c.d and ::a.b.c.d. */
    const bool dotted = first == 0 && (length == 6 || (length == 5 && words[5] == 0xffff));
    const int last = dotted ? 6 : 8;
    for (int i = 0; i < last; i++) {
        if (i == first) {
            line_add(line, "::");
            i += length - 1;
            continue;
        }
        if (i > 0 && i != first + length)
            add_byte(line, ':');
        add_hex(line, words[i]);
    }
    if (dotted) {
        if (length == 5)
            add_byte(line, ':');
        add_inet(line, bytes + 12);
    }
}

void line_add_address(struct line *line, const struct endpoint *at)
{
    uint8_t bytes[16];
    memcpy(bytes, &at->high, 8);
    memcpy(bytes + 8, &at->low, 8);
    if (at->family == AF_INET)
        add_inet(line, bytes + 12);
    else
        add_inet6(line, bytes);
}

void line_end(struct line *line)
{
    line->bytes[line->length++] = '\n';
}
