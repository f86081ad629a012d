/* Pages that a process does not need any more. */
#ifndef REUSEPORTD_PROGRAM_PAGES_H
#define REUSEPORTD_PROGRAM_PAGES_H

#include <stddef.h>

#include "spawn.h"

/*
 * Unmaps the pages of the main program's code and constants that are as its file has them. The next use of one brings it back from
 * the page cache, or from the file. The bytes that were resident.
 */
REUSEPORTD_EXPORT size_t reuseportd_program_release(void);

#endif
