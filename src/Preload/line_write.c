/*
 * The one place that writes. Fd 2 is a stranger's: it may be closed, be a pipe without a reader, be full, or
 * have become something that is not stderr any more.
 */
#include "line.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <time.h>

#include "kernel.h"

enum { STDERR = 2, WRITE_ATTEMPTS = 4 };

/* The kernel's signal set, not the libc's, which is larger. */
struct signal_set {
    unsigned long words[_NSIG / 8 / sizeof(unsigned long)];
};

/* Which file fd 2 was when the first line was written, which is at load. */
static atomic_bool stderr_noted;
static dev_t stderr_device;
static ino_t stderr_inode;

/*
 * A program that closes its stderr gets number 2 again for the next file that it opens: a connection, a
 * database. A line in the middle of those is damage. So what was not fd 2 at load has to be something that
 * logs are written to.
 */
static bool stderr_takes_lines(void)
{
    struct stat file;
    const bool open = fstat(STDERR, &file) == 0;

    if (!atomic_load(&stderr_noted)) {
        if (open) {
            stderr_device = file.st_dev;
            stderr_inode = file.st_ino;
        }
        atomic_store(&stderr_noted, true);
        return open;
    }
    if (!open)
        return false;
    if (file.st_dev == stderr_device && file.st_ino == stderr_inode)
        return true;
    if (S_ISREG(file.st_mode))
        return (kernel_call3(SYS_fcntl, STDERR, F_GETFL, 0) & O_APPEND) != 0;
    return S_ISFIFO(file.st_mode) || S_ISCHR(file.st_mode);
}

static long signal_mask(int how, const struct signal_set *set, struct signal_set *before)
{
    return kernel_call4(SYS_rt_sigprocmask, how, set, before, sizeof *set);
}

void line_write(struct line *line)
{
    static const unsigned int word = (SIGPIPE - 1) / (8 * sizeof(unsigned long));
    static const unsigned long bit = 1ul << ((SIGPIPE - 1) % (8 * sizeof(unsigned long)));
    const struct timespec at_once = {0, 0};
    const void *const nothing = NULL;
    const int kept = errno;
    struct signal_set sigpipe = {{0}};
    struct signal_set before = {{0}};
    struct signal_set pending = {{0}};
    long written;

    line->bytes[line->length++] = '\n';
    if (!stderr_takes_lines()) {
        errno = kept;
        return;
    }

    sigpipe.words[word] = bit;
    const bool blocked = signal_mask(SIG_BLOCK, &sigpipe, &before) == 0;
    kernel_call3(SYS_rt_sigpending, &pending, sizeof pending, 0);

    /*
     * Only what was not written at all is tried again: half a line more would be worse than half a line less.
     */
    for (int attempt = 0; attempt < WRITE_ATTEMPTS; attempt++) {
        written = kernel_call3(SYS_write, STDERR, line->bytes, line->length);
        if (written != -EINTR)
            break;
    }

    /* Take back the signal that our write raised, and none that was pending before it. */
    if (blocked && written == -EPIPE && (pending.words[word] & bit) == 0)
        kernel_call4(SYS_rt_sigtimedwait, &sigpipe, nothing, &at_once, sizeof sigpipe);
    if (blocked)
        signal_mask(SIG_SETMASK, &before, NULL);
    errno = kept;
}
