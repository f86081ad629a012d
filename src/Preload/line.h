/* A line for stderr: built in place, bounded, and written with one write(2). */
#ifndef REUSEPORT_LINE_H
#define REUSEPORT_LINE_H

#include <stddef.h>
#include <stdint.h>

#include "endpoint.h"

enum { LINE_MAX_BYTES = 512 };

/* Start with length 0. Text that does not fit is cut; there is always room for the end of the line. */
struct line {
    size_t length;
    char bytes[LINE_MAX_BYTES];
};

void line_add(struct line *line, const char *text);
void line_add_number(struct line *line, long number);
void line_add_unsigned(struct line *line, uint64_t number);

/* Adds the newline. Nothing may be added after it. */
void line_end(struct line *line);

/* In the form of inet_ntop(3), which may not be called here: the C library's version uses stdio. */
void line_add_address(struct line *line, const struct endpoint *at);

/* Text from outside: any byte that is not printable ASCII becomes '?'. */
void line_add_foreign(struct line *line, const char *text);

/*
 * Ends the line and writes it to descriptor 2, if that file takes lines (stderr.h). Keeps errno, raises no
 * signal. Waits for a reader for 100 ms at most, and not at all while the newest line was lost.
 */
void line_write(struct line *line);

#endif
