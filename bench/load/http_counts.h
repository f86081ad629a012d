/* The counts of http_load, and the line of JSON that it prints. Times are in microseconds. */
#ifndef BENCH_HTTP_COUNTS_H
#define BENCH_HTTP_COUNTS_H

#include <stdint.h>

enum cause { REFUSED, RESET, CLOSED, STATUS, LATE, CAUSES };

struct failure {
    uint64_t at; /* CLOCK_MONOTONIC */
    int port;    /* of the client */
};

/* The present time, CLOCK_MONOTONIC. */
uint64_t now(void);

/* Allocates the memory for times. Returns 0 without memory. */
int counts_open(void);

void counts_answer(uint64_t took);
void counts_failure(enum cause cause, struct failure failure);
void counts_reconnect(void);

/* The end of the run; only the first call counts. Later answers do not count for the rate. */
void counts_end(uint64_t time);

void counts_print(uint64_t begun);

#endif
