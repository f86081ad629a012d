/*
 * A fork has copies of the daemon's heaps, which it never uses. Each page that the daemon writes to later
 * becomes a separate page of the fork. Released memory reads as zeros, so memory that the fork
 * uses may not be released: its stack, its thread-local variables (errno), and the data of the program and its
 * libraries (.bss, after the file's mapping).
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "child.h"
#include "guard_memory.h"

enum {
    LINE_SIZE = 128, /* the end of a longer line is part of a name */
};

struct mapping {
    uintptr_t start;
    uintptr_t end;
    int is_shared;
    int is_readable;
    int is_anonymous;
    int has_name;
};

static const char *read_hexadecimal(const char *at, uintptr_t *number)
{
    *number = 0;
    for (;; at++) {
        if (*at >= '0' && *at <= '9')
            *number = *number * 16 + (uintptr_t)(*at - '0');
        else if (*at >= 'a' && *at <= 'f')
            *number = *number * 16 + (uintptr_t)(*at - 'a' + 10);
        else
            return at;
    }
}

static const char *next_field(const char *at)
{
    while (*at != ' ' && *at != '\0')
        at++;
    while (*at == ' ')
        at++;
    return at;
}

/* START-END rw-p OFFSET DEVICE INODE [NAME], see proc_pid_maps(5). */
static int read_mapping(const char *line, struct mapping *found)
{
    const char *at = read_hexadecimal(line, &found->start);
    if (*at != '-')
        return 0;
    const char *rights = next_field(read_hexadecimal(at + 1, &found->end));
    if (strlen(rights) < 4)
        return 0;
    const char *inode = next_field(next_field(next_field(rights)));
    found->is_shared = rights[3] == 's';
    found->is_readable = rights[0] == 'r';
    found->is_anonymous = inode[0] == '0' && (inode[1] == ' ' || inode[1] == '\0');
    found->has_name = *next_field(inode) != '\0';
    return 1;
}

static int holds(const struct mapping *mapping, const void *address)
{
    return (uintptr_t)address >= mapping->start && (uintptr_t)address < mapping->end;
}

/*
 * `file_end`: end of a file's mapping, including adjacent mappings without a file. A shared mapping is none of a
 * library: it is a managed assembly, or the memory that a daemon shares with its guard.
 */
static void judge(const struct mapping *mapping, uintptr_t *file_end)
{
    if (mapping->is_shared)
        return;
    const int is_of_a_file = !mapping->is_anonymous || mapping->start == *file_end;
    if (is_of_a_file)
        *file_end = mapping->end;
    else if (mapping->is_readable && !mapping->has_name && !holds(mapping, __builtin_frame_address(0))
             && !holds(mapping, __builtin_thread_pointer()))
        syscall(SYS_madvise, mapping->start, mapping->end - mapping->start, MADV_DONTNEED);
}

void reuseportd_guard_release_memory(void)
{
    int maps = (int)syscall(SYS_openat, AT_FDCWD, "/proc/self/maps", O_RDONLY | O_CLOEXEC);
    if (maps < 0)
        return;
    char line[LINE_SIZE];
    size_t length = 0;
    uintptr_t file_end = 0;
    char buffer[4096];
    long count;
    while ((count = syscall(SYS_read, maps, buffer, sizeof buffer)) > 0) {
        for (long i = 0; i < count; i++) {
            if (buffer[i] != '\n') {
                if (length < LINE_SIZE - 1)
                    line[length++] = buffer[i];
                continue;
            }
            line[length] = '\0';
            length = 0;
            struct mapping mapping;
            if (read_mapping(line, &mapping))
                judge(&mapping, &file_end);
        }
    }
    syscall(SYS_close, maps);
}
