/* Reads /proc for the guard, without allocation and locks (see guard.c). */
#define _GNU_SOURCE
#include <fcntl.h>

#include "child.h"
#include "guard_proc.h"

int reuseportd_guard_open(const char *path, int flags)
{
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags | O_RDONLY | O_CLOEXEC);
}

long reuseportd_guard_read(const char *path, char *buffer, size_t size)
{
    int file = reuseportd_guard_open(path, 0);
    if (file < 0)
        return -1;
    long count = syscall(SYS_read, file, buffer, size - 1);
    syscall(SYS_close, file);
    if (count >= 0)
        buffer[count] = '\0';
    return count;
}

uint64_t reuseportd_guard_number(const char *at)
{
    uint64_t number = 0;
    for (; *at >= '0' && *at <= '9'; at++)
        number = number * 10 + (uint64_t)(*at - '0');
    return number;
}

const char *reuseportd_guard_field(const char *stat, int field)
{
    /* The process chooses the name in parentheses, so the fields begin after the last ')'. */
    const char *at = NULL;
    for (; *stat != '\0'; stat++)
        if (*stat == ')')
            at = stat + 1;
    for (int before = 2; at != NULL && before < field; before++) {
        while (*at != ' ' && *at != '\0')
            at++;
        if (*at == '\0')
            return NULL;
        at++;
    }
    return at;
}

const char *reuseportd_guard_path(pid_t pid, const char *name, char path[GUARD_PATH_SIZE])
{
    char *at = path + GUARD_PATH_SIZE - 1;
    size_t length = 0;
    while (name[length] != '\0')
        length++;
    *at = '\0';
    while (length > 0)
        *--at = name[--length];
    *--at = '/';
    for (; pid > 0; pid /= 10)
        *--at = (char)('0' + pid % 10);
    static const char front[] = "/proc/";
    for (int i = (int)sizeof front - 2; i >= 0; i--)
        *--at = front[i];
    return at;
}
