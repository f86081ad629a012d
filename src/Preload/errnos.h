/*
 * Names and texts of errnos. strerror(3) may allocate and translate, and strerrorname_np(3) is not in every
 * libc.
 */
#ifndef REUSEPORT_ERRNOS_H
#define REUSEPORT_ERRNOS_H

/* NULL for an errno that none of our calls is known to return. */
const char *errno_name(int number);
const char *errno_text(int number);

#endif
