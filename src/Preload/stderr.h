/*
 * True if the library may write lines to the file at descriptor 2. The library checks before each line: a program may
 * replace the file at any time, and an executed program inherits the file of its parent.
 */
#ifndef REUSEPORT_STDERR_H
#define REUSEPORT_STDERR_H

#include <stdbool.h>
#include <sys/types.h>

enum { STDERR = 2 };

/*
 * Takes the value of LIBREUSEPORT_STDERR: from then on only the file DEV:INO gets lines. NULL sets no limit.
 * Returns false if the value cannot be read: then no file gets lines. Must come before the first line.
 * Several threads may call it at once, as all of them read the same environment.
 */
bool stderr_confine(const char *value);

/* `mode` becomes the file's st_mode. */
bool stderr_takes_lines(mode_t *mode);

#endif
