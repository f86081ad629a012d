/*
 * O_NONBLOCK may not be set on descriptor 2: the open file description is shared with the program. poll(2) is
 * not enough: another process may fill the pipe between poll and write. write(2) to a full pipe with a frozen
 * reader then blocks for ever. For a pipe, the calls in this order (times on Linux 6.18; write(2) takes 175 ns):
 *
 *   pwritev2(2) with RWF_NOWAIT     210 ns. Since Linux 6.4; EOPNOTSUPP before that, for a named pipe, and
 *                                   after a splice(2) to this descriptor.
 *   vmsplice(2), SPLICE_F_NONBLOCK  4.7 us. On every kernel. Each line takes one of the 16 buffers of a pipe.
 *
 * Opening /proc/self/fd/2 again with O_NONBLOCK takes 1.7 us, but fails with EACCES if the daemon's pipe and
 * the worker have different users. The other threads of the program see its descriptor, too.
 */
#include "write_now.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>

#include "kernel.h"
#include "stderr.h"

/* RWF_NOWAIT and SPLICE_F_NONBLOCK: musl and older headers define them only with _GNU_SOURCE. */
enum { WITHOUT_WAITING = 0x8, WITHOUT_BLOCKING = 0x2 };

/* At most a page, and more than the highest errno. */
#define MAPPED_BYTES 4096L

#ifdef SYS_mmap2
#define MAP_CALL SYS_mmap2
#else
#define MAP_CALL SYS_mmap
#endif

/* The kernel's signal set, which is smaller than that of libc. Both signals are in its first word. */
struct signal_set {
    unsigned long words[_NSIG / 8 / sizeof(unsigned long)];
};

_Static_assert(SIGPIPE <= 32 && SIGXFSZ <= 32, "also in the first word of 32 bits");

static unsigned long bit_of(int number)
{
    return 1ul << (number - 1);
}

static long signal_mask(int how, const struct signal_set *set, struct signal_set *before)
{
    return kernel_call4(SYS_rt_sigprocmask, how, set, before, sizeof *set);
}

/* Removes the signal that our write caused. A signal that was pending before the write stays. */
static void signal_take_back(int number, const struct signal_set *pending)
{
    const struct timespec at_once = {0, 0};
    const void *const nothing = NULL;
    struct signal_set raised = {{bit_of(number)}};

    if ((pending->words[0] & bit_of(number)) == 0)
        kernel_call4(SYS_rt_sigtimedwait, &raised, nothing, &at_once, sizeof raised);
}

/* The pipe holds the page itself, not a copy. Unmapped at once, the page can no longer change. */
static long splice_copy(void *bytes, size_t length)
{
    const void *const anywhere = NULL;
    const long answer = kernel_call6(MAP_CALL, anywhere, MAPPED_BYTES, PROT_READ | PROT_WRITE,
                                     MAP_PRIVATE | MAP_ANONYMOUS, -1L, 0L);
    void *page;

    if (answer < 0 && answer > -MAPPED_BYTES)
        return answer;
    memcpy(&page, &answer, sizeof page);
    memcpy(page, bytes, length);
    const struct iovec piece = {page, length};
    const long written = kernel_call4(SYS_vmsplice, STDERR, &piece, 1L, WITHOUT_BLOCKING);
    kernel_call3(SYS_munmap, page, MAPPED_BYTES, 0);
    return written;
}

/* A result of the write itself. Any other errno means that the system call or its flag is not available. */
static bool is_answer(long written)
{
    return written >= 0 || written == -EAGAIN || written == -EPIPE || written == -EINTR;
}

static long write_to_pipe(void *bytes, size_t length)
{
    const struct iovec piece = {bytes, length};
    const long written = kernel_call6(SYS_pwritev2, STDERR, &piece, 1L, -1L, -1L, WITHOUT_WAITING);
    return is_answer(written) ? written : splice_copy(bytes, length);
}

static long write_to_socket(void *bytes, size_t length)
{
    struct iovec piece = {bytes, length};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
    return kernel_call3(SYS_sendmsg, STDERR, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* A regular file has no reader. A terminal may still block if it has room for only a part of the line. */
static long write_if_ready(void *bytes, size_t length, mode_t mode)
{
    long at_once = 0;
    if (!S_ISREG(mode) && !room_comes(&at_once))
        return -EAGAIN;
    return kernel_call3(SYS_write, STDERR, bytes, length);
}

static long write_by_kind(void *bytes, size_t length, mode_t mode)
{
    if (S_ISSOCK(mode))
        return write_to_socket(bytes, length);
    if (S_ISFIFO(mode)) {
        const long written = write_to_pipe(bytes, length);
        if (is_answer(written))
            return written;
        /* A sandbox allows neither system call. */
    }
    return write_if_ready(bytes, length, mode);
}

long write_now(void *bytes, size_t length, mode_t mode)
{
    struct signal_set raised = {{bit_of(SIGPIPE) | bit_of(SIGXFSZ)}};
    struct signal_set before = {{0}};
    struct signal_set pending = {{0}};

    const bool blocked = signal_mask(SIG_BLOCK, &raised, &before) == 0;
    kernel_call3(SYS_rt_sigpending, &pending, sizeof pending, 0);
    const long written = write_by_kind(bytes, length, mode);
    if (blocked) {
        if (written == -EPIPE)
            signal_take_back(SIGPIPE, &pending);
        if (written == -EFBIG)
            signal_take_back(SIGXFSZ, &pending);
        signal_mask(SIG_SETMASK, &before, NULL);
    }
    return written;
}

bool room_comes(long *nanoseconds)
{
    struct pollfd asked = {.fd = STDERR, .events = POLLOUT};
    struct timespec left = {0, *nanoseconds};
    const void *const mask = NULL;

    const long ready = kernel_call5(SYS_ppoll, &asked, 1L, &left, mask, 0L);
    *nanoseconds = left.tv_nsec; /* the kernel leaves the remaining time there */
    return ready == 1 && asked.revents == POLLOUT;
}
