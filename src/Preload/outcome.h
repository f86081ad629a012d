/* The lines by which the library reports its settings and calls. Their form is a contract with their readers. */
#ifndef REUSEPORT_OUTCOME_H
#define REUSEPORT_OUTCOME_H

#include <stdbool.h>

#include "endpoint.h"

/* The options that were set on a socket: LEAVE for an option that was not set, "" for no device. */
struct applied {
    int reuse_port;
    int reuse_address;
    const char *device;
};

void outcome_loaded(void);

/* `error` is 0 or the errno of the call. */
void outcome_bind(int fd, const struct endpoint *at, bool matched, const struct applied *applied, int error);
void outcome_listen(int fd, const struct endpoint *at, bool matched, int backlog, int error);

/* setsockopt(2) failed for the option of that name. */
void outcome_option_failed(const char *option, int error);

/* The value of a variable is invalid. */
void outcome_unreadable(const char *variable, const char *reason, const char *value);

#endif
