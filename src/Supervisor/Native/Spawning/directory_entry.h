/* What getdents64(2) gives: readdir(3) would allocate. */
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
