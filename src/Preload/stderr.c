#include "stderr.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include "kernel.h"
#include "reading.h"

enum limit { ANY_FILE, ONE_FILE, NO_FILE };

struct file_id {
    _Atomic(uint64_t) device;
    _Atomic(uint64_t) inode;
};

static atomic_int limit;
static struct file_id only;

/* The file at descriptor 2 when the first line was written, which is at load. */
static struct file_id first;
static atomic_bool first_noted;

static void file_note(struct file_id *id, uint64_t device, uint64_t inode)
{
    atomic_store(&id->device, device);
    atomic_store(&id->inode, inode);
}

static bool file_is(struct file_id *id, const struct stat *file)
{
    return file->st_dev == atomic_load(&id->device) && file->st_ino == atomic_load(&id->inode);
}

bool stderr_confine(const char *value)
{
    struct span head;
    struct span tail;
    uint64_t device;
    uint64_t inode;

    if (value == NULL)
        return true;
    if (!span_cut((struct span){value, strlen(value)}, ':', &head, &tail) || !span_unsigned(head, &device) ||
        !span_unsigned(tail, &inode)) {
        atomic_store(&limit, NO_FILE);
        return false;
    }
    file_note(&only, device, inode);
    atomic_store(&limit, ONE_FILE);
    return true;
}

/*
 * If a program closes its stderr, the next file that it opens gets number 2, such as a connection or a
 * database. A line there does damage. So a file that was not descriptor 2 at load must be of a kind that
 * programs use for logs.
 */
static bool any_file_takes_lines(bool open, const struct stat *file)
{
    if (!atomic_load(&first_noted)) {
        if (open)
            file_note(&first, file->st_dev, file->st_ino);
        atomic_store(&first_noted, true);
        return open;
    }
    if (!open)
        return false;
    if (file_is(&first, file))
        return true;
    if (S_ISREG(file->st_mode))
        return (kernel_call3(SYS_fcntl, STDERR, F_GETFL, 0) & O_APPEND) != 0;
    return S_ISFIFO(file->st_mode) || S_ISCHR(file->st_mode);
}

bool stderr_takes_lines(mode_t *mode)
{
    const int limited = atomic_load(&limit);
    struct stat file;

    if (limited == NO_FILE)
        return false;
    const bool open = fstat(STDERR, &file) == 0;
    *mode = open ? file.st_mode : 0;
    if (limited == ONE_FILE)
        return open && file_is(&only, &file);
    return any_file_takes_lines(open, &file);
}
