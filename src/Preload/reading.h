/* Parses the text of an environment value. A text that is not wholly valid is refused. */
#ifndef REUSEPORT_READING_H
#define REUSEPORT_READING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct span {
    const char *start;
    size_t length;
};

/* The text without leading and trailing blanks. */
struct span span_trim(struct span text);

/*
 * Splits `text` at the first `separator` into `head` and `tail`. False without a separator: `head` is then
 * the whole text.
 */
bool span_cut(struct span text, char separator, struct span *head, struct span *tail);

/* Parses the whole text, except for blanks at its ends, as a decimal number from lowest to highest. */
bool span_number(struct span text, long lowest, long highest, long *number);

/* The same for 0 to 18446744073709551615, without a sign. */
bool span_unsigned(struct span text, uint64_t *number);

#endif
