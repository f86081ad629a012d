#define _GNU_SOURCE
#include "http_counts.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { MOST_TIMES = 1 << 22, MOST_FAILURES = 1 << 16, SLOW_US = 1000000 };

static const char *const names[CAUSES] = {"refused", "reset", "closed", "status", "late"};

static uint64_t answered, in_time, slow, failed[CAUSES], reconnects, ended;
static uint32_t *times;
static struct failure failures[MOST_FAILURES];
static size_t noted;

uint64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_nsec / 1000;
}

int counts_open(void)
{
    times = calloc(MOST_TIMES, sizeof *times);
    return times != NULL;
}

void counts_answer(uint64_t took)
{
    if (answered < MOST_TIMES)
        times[answered] = (uint32_t)took;
    answered++;
    slow += took > SLOW_US;
}

void counts_failure(enum cause cause, struct failure failure)
{
    failed[cause]++;
    if (noted < MOST_FAILURES)
        failures[noted++] = failure;
}

void counts_reconnect(void)
{
    reconnects++;
}

void counts_end(uint64_t time)
{
    if (ended == 0) {
        ended = time;
        in_time = answered;
    }
}

static int by_value(const void *one, const void *other)
{
    uint32_t a = *(const uint32_t *)one, b = *(const uint32_t *)other;
    return (a > b) - (a < b);
}

void counts_print(uint64_t begun)
{
    double seconds = (double)(ended - begun) / 1e6;
    size_t kept = answered < MOST_TIMES ? answered : MOST_TIMES;
    qsort(times, kept, sizeof *times, by_value);
    uint64_t all = 0;
    for (int i = 0; i < CAUSES; i++)
        all += failed[i];
    printf("{\"answered\": %llu, \"failed\": %llu, \"slow\": %llu, \"reconnects\": %llu, \"per_second\": %.0f",
           (unsigned long long)answered, (unsigned long long)all, (unsigned long long)slow,
           (unsigned long long)reconnects, (double)in_time / seconds);
    for (int i = 0; i < CAUSES; i++)
        printf(", \"%s\": %llu", names[i], (unsigned long long)failed[i]);
    printf(", \"failures\": [");
    for (size_t i = 0; i < noted; i++)
        printf("%s[%.6f, %d]", i ? ", " : "", (double)failures[i].at / 1e6, failures[i].port);
    printf("]");
    printf(", \"p50\": %u, \"p99\": %u, \"worst\": %u}\n", kept ? times[kept / 2] : 0,
           kept ? times[kept * 99 / 100] : 0, kept ? times[kept - 1] : 0);
}
