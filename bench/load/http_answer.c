#define _GNU_SOURCE /* memmem */
#include "http_answer.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

long answer_length(const char *answer, int length, int *closes)
{
    const char *end = memmem(answer, (size_t)length, "\r\n\r\n", 4);
    if (end == NULL)
        return -1;
    long head = end + 4 - answer;
    long whole = 0;
    *closes = strncmp(answer, "HTTP/1.0", 8) == 0;
    for (const char *line = answer; line < end; line = strstr(line, "\r\n") + 2) {
        if (strncasecmp(line, "Content-Length:", 15) == 0)
            whole = head + atol(line + 15);
        else if (strncasecmp(line, "Connection: close", 17) == 0)
            *closes = 1;
    }
    return whole;
}

int answer_is_good(const char *answer, int length)
{
    return length > 12 && strncmp(answer + 9, "200", 3) == 0;
}
