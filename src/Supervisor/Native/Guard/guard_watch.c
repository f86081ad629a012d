/* The messages of daemons to the guard, and the ends of daemons. */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "child.h"
#include "guard_watch.h"

enum { MOST_DEATHS = 5 };

enum event { STOPPED, DIED, ASKED, NOBODY };

/* Of earlier versions: up to the id. */
enum {
    OLD_REQUEST = offsetof(struct reuseportd_guard_request, id),
    OLD_ANSWER = sizeof(int32_t),
};

/* Waits for a message or the end of the socket, for the end of a process (if not -1), and for some seconds (if not -1). */
static enum event wait_for(const struct reuseportd_watch *watch, int pidfd, int32_t seconds,
                           struct reuseportd_guard_request *asked)
{
    struct timespec left = {.tv_sec = seconds};
    for (;;) {
        struct pollfd ends[] = {{.fd = watch->socket[0], .events = POLLIN}, {.fd = pidfd, .events = POLLIN}};
        /* The kernel writes the remaining time to `left`. */
        long ready = syscall(SYS_ppoll, ends, (size_t)2, seconds >= 0 ? &left : NULL, NULL, (size_t)8);
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0)
            return NOBODY;
        if (ends[0].revents == 0)
            return DIED;
        asked->id = 0;
        long count = syscall(SYS_read, watch->socket[0], asked, sizeof *asked);
        if (count == (long)sizeof *asked || count == OLD_REQUEST)
            return ASKED;
        if (count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN))
            return STOPPED;
    }
}

/* Answers with an errno, and with a copy of a descriptor if the number is not -1. */
static void answer(const struct reuseportd_watch *watch, int64_t id, int32_t error, int number)
{
    struct reuseportd_guard_answer text = {.error = error, .id = id};
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec part = {.iov_base = &text, .iov_len = id == 0 ? OLD_ANSWER : sizeof text};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (number >= 0) {
        memset(&control, 0, sizeof control);
        control.header = (struct cmsghdr){
            .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int))};
        memcpy(CMSG_DATA(&control.header), &number, sizeof number);
        message.msg_control = &control;
        message.msg_controllen = sizeof control.bytes;
    }
    long sent = syscall(SYS_sendmsg, watch->socket[0], &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && number >= 0)
        answer(watch, id, errno, -1);
}

/* Returns a pidfd of the process that claims the workers, or -1. It locks the groups itself. */
static int take_claim(const struct reuseportd_watch *watch, int64_t id, pid_t successor)
{
    int pidfd = (int)syscall(SYS_pidfd_open, successor, 0);
    int error = pidfd < 0 ? errno : 0;
    if (error == 0 && watch->groups >= 0)
        syscall(SYS_flock, watch->groups, LOCK_UN);
    answer(watch, id, error, -1);
    return pidfd;
}

void reuseportd_guard_watch(const struct reuseportd_watch *watch, const struct reuseportd_guard *guard)
{
    int owner = watch->daemon;
    int other_end = watch->socket[1];
    for (int deaths = 0; deaths <= MOST_DEATHS;) {
        struct reuseportd_guard_request asked;
        switch (wait_for(watch, owner, owner >= 0 ? -1 : guard->patience, &asked)) {
        case ASKED:
            if (asked.kind == GUARD_GIVE) {
                answer(watch, asked.id, 0, asked.number);
            } else if (asked.kind == GUARD_CLAIM) {
                owner = take_claim(watch, asked.id, asked.number);
            } else if (asked.kind == GUARD_LEAVE) {
                for (;;)
                    syscall(SYS_exit_group, 0);
            } else {
                return;
            }
            break;
        case DIED:
            if (guard->patience < 0)
                syscall(SYS_exit_group, 0);
            if (guard->patience == 0)
                return;
            /* From now on only the service manager has the other end, and closes it when it expects no successor. */
            if (other_end >= 0)
                syscall(SYS_close, other_end);
            other_end = owner = -1;
            deaths++;
            break;
        default:
            return;
        }
    }
}
