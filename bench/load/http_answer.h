/* Reads an HTTP answer, which ends with a NUL. */
#ifndef BENCH_HTTP_ANSWER_H
#define BENCH_HTTP_ANSWER_H

/*
 * Bytes of the whole answer; 0 if only the end of the connection shows its length; -1 before the end of the
 * head. `closes` is true if the server closes the connection after it.
 */
long answer_length(const char *answer, int length, int *closes);

/* True if the status is 200. */
int answer_is_good(const char *answer, int length);

#endif
