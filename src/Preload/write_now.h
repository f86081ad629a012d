/*
 * A write(2) that does not wait for a reader and raises no signal. Descriptor 2 belongs to the program. The
 * descriptor may be a pipe that is full or has no reader, or a regular file at its size limit.
 */
#ifndef REUSEPORT_WRITE_NOW_H
#define REUSEPORT_WRITE_NOW_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * At most PIPE_BUF bytes to descriptor 2, whose st_mode is `mode`. Returns the number of written bytes, or
 * a negated errno: -EAGAIN if there is no room.
 */
long write_now(void *bytes, size_t length, mode_t mode);

/*
 * Waits until descriptor 2 takes more bytes, for less than a second. `nanoseconds` becomes the remaining
 * time. False after that time, after a signal handler ran, and if the pipe has no reader.
 */
bool room_comes(long *nanoseconds);

#endif
