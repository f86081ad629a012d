/*
 * Writes lines without holding up the program. A line that finds no room within 100 ms is lost. The next line
 * that gets through is preceded by a line with the number of lost ones.
 */
#include "line.h"

#include <errno.h>
#include <stdatomic.h>

#include "kernel.h"
#include "stderr.h"
#include "write_now.h"

/* Enough for a reader on a busy machine, and short enough for an event loop that calls bind(2). */
enum { PATIENCE_NS = 100 * 1000 * 1000, MOST_TRIES = 1000 };

/*
 * While the newest line was lost no line waits, so a program that binds in a loop is held up once. A forked
 * child inherits this state. Only the process that lost lines reports them.
 */
static atomic_bool newest_was_lost;
static atomic_long lost_by; /* a pid */
static atomic_ulong lost;

static long process_id(void)
{
    return kernel_call3(SYS_getpid, 0, 0, 0);
}

static void count_lost(unsigned long lines)
{
    const unsigned long inherited = atomic_load(&lost);
    const long self = process_id();
    long owner = atomic_load(&lost_by);

    if (owner != self && atomic_compare_exchange_strong(&lost_by, &owner, self))
        atomic_fetch_sub(&lost, inherited);
    atomic_fetch_add(&lost, lines);
    atomic_store(&newest_was_lost, true);
}

static unsigned long take_lost(void)
{
    if (atomic_load(&lost) == 0 || atomic_load(&lost_by) != process_id())
        return 0;
    return atomic_exchange(&lost, 0);
}

static bool write_within(struct line *line, mode_t mode, long patience)
{
    long written = write_now(line->bytes, line->length, mode);

    /* Another writer may be faster each time, so the number of tries is bounded as well. */
    for (int tries = 0; tries < MOST_TRIES && patience > 0; tries++) {
        if (written != -EAGAIN && written != -EINTR)
            break;
        room_comes(&patience);
        /* Another thread may have put another file there meanwhile: the line is dropped, and not lost. */
        if (!stderr_takes_lines(&mode))
            return true;
        written = write_now(line->bytes, line->length, mode);
    }
    /* A line that was written in part is not continued: the rest could land in a line of another writer. */
    return written >= 0;
}

/* A separate function, because of its stack size. */
static __attribute__((noinline)) bool tell_lost(mode_t mode)
{
    const unsigned long lines = take_lost();
    struct line line;

    if (lines == 0)
        return true;
    line.length = 0;
    line_add(&line, "libreuseport:lost:pid=");
    line_add_number(&line, process_id());
    line_add(&line, " lines=");
    line_add_unsigned(&line, lines);
    line_end(&line);
    if (write_within(&line, mode, 0))
        return true;
    count_lost(lines);
    return false;
}

static bool gets_through(struct line *line, mode_t mode)
{
    if (!atomic_load(&newest_was_lost))
        return write_within(line, mode, PATIENCE_NS);
    /* Polls before it writes: a write to a pipe without a reader would raise SIGPIPE each time. */
    long at_once = 0;
    return room_comes(&at_once) && tell_lost(mode) && write_within(line, mode, 0);
}

void line_write(struct line *line)
{
    const int kept = errno;
    mode_t mode;

    line_end(line);
    if (stderr_takes_lines(&mode)) {
        if (!gets_through(line, mode))
            count_lost(1);
        else if (atomic_load(&newest_was_lost))
            atomic_store(&newest_was_lost, false);
    }
    errno = kept;
}
