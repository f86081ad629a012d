/* The files of /proc that the guard reads. */
#ifndef REUSEPORTD_GUARD_PROC_H
#define REUSEPORTD_GUARD_PROC_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { GUARD_PATH_SIZE = 32 };

/* Opens a file or directory, close-on-exec, for reading. */
int reuseportd_guard_open(const char *path, int flags);

/* Reads a small file below /proc as text. Its length, or -1. */
long reuseportd_guard_read(const char *path, char *buffer, size_t size);

/* The decimal number at `at`. */
uint64_t reuseportd_guard_number(const char *at);

/* A field of /proc/PID/stat, by its number in proc(5), from 3. NULL if there is none. */
const char *reuseportd_guard_field(const char *stat, int field);

/* /proc/PID/NAME, at the end of `path`. */
const char *reuseportd_guard_path(pid_t pid, const char *name, char path[GUARD_PATH_SIZE]);

#endif
