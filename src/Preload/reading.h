/*
 * Reading the text of an environment value. Nothing here guesses: what is not wholly understood is refused.
 */
#ifndef REUSEPORT_READING_H
#define REUSEPORT_READING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct span {
    const char *start;
    size_t length;
};

/* The text without the blanks at its ends. */
struct span span_trim(struct span text);

/*
 * Cuts `text` at the first `separator`: `head` is what stands before it, `tail` what follows. False where
 * there is no separator; `head` is then the whole text.
 */
bool span_cut(struct span text, char separator, struct span *head, struct span *tail);

/* All of the text, blanks at its ends apart, as a decimal number of lowest to highest. */
bool span_number(struct span text, long lowest, long highest, long *number);

/* The same of 0 to 18446744073709551615, without a sign. */
bool span_unsigned(struct span text, uint64_t *number);

#endif
