#include "reading.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

struct span span_trim(struct span text)
{
    while (text.length > 0 && is_blank(text.start[0])) {
        text.start++;
        text.length--;
    }
    while (text.length > 0 && is_blank(text.start[text.length - 1]))
        text.length--;
    return text;
}

bool span_cut(struct span text, char separator, struct span *head, struct span *tail)
{
    for (size_t i = 0; i < text.length; i++) {
        if (text.start[i] == separator) {
            *head = (struct span){text.start, i};
            *tail = (struct span){text.start + i + 1, text.length - i - 1};
            return true;
        }
    }
    *head = text;
    return false;
}

bool span_number(struct span text, long lowest, long highest, long *number)
{
    text = span_trim(text);
    const bool negative = text.length > 1 && text.start[0] == '-';
    long value = 0;

    if (negative) {
        text.start++;
        text.length--;
    }
    /* Ten digits hold every int and cannot overflow 64 bits; the range check below handles a long of 32 bits. */
    if (text.length == 0 || text.length > 10)
        return false;
    for (size_t i = 0; i < text.length; i++) {
        const int digit = text.start[i] - '0';
        if (digit < 0 || digit > 9 || value > (__LONG_MAX__ - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    if (negative)
        value = -value;
    if (value < lowest || value > highest)
        return false;
    *number = value;
    return true;
}

bool span_unsigned(struct span text, uint64_t *number)
{
    text = span_trim(text);
    uint64_t value = 0;

    for (size_t i = 0; i < text.length; i++) {
        const unsigned int digit = (unsigned int)text.start[i] - '0';
        if (digit > 9 || value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *number = value;
    return text.length > 0;
}
