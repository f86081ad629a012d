/* An entry of getdents64(2), for code that must not allocate memory: readdir(3) allocates. */
#ifndef REUSEPORTD_DIRECTORY_ENTRY_H
#define REUSEPORTD_DIRECTORY_ENTRY_H

#include <stdint.h>

/* The head of struct linux_dirent64. */
struct entry {
    uint64_t inode;
    int64_t offset;
    uint16_t size;
    uint8_t type;
    char name[];
};

#endif
