/* Releases pages that a process no longer needs. */
#ifndef REUSEPORTD_PROGRAM_PAGES_H
#define REUSEPORTD_PROGRAM_PAGES_H

#include <stddef.h>

#include "spawn.h"

/*
 * Unmaps pages of the main program's code and constants that are equal to its file. The next use reads a page
 * back from the page cache or the file. Returns the number of resident bytes.
 */
REUSEPORTD_EXPORT size_t reuseportd_program_release(void);

#endif
