#include <errno.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "endpoint.h"
#include "kernel.h"
#include "next.h"
#include "outcome.h"
#include "settings.h"

static bool shares_its_port(int fd)
{
    int shared = 0;
    unsigned int length = sizeof shared;
    return kernel_getsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &shared, &length) == 0 && shared != 0;
}

/*
 * After a bind to port 0 the socket has an ordinary port, and a filter for any port would match it. Such a
 * socket is recognized by the missing option: the bind did not set it.
 */
static bool listen_matches(const struct settings *settings, const struct endpoint *at, int fd)
{
    return settings_match(settings, at) &&
           (!settings->ports.any || settings->reuse_port != 1 || shares_its_port(fd));
}

static __attribute__((noinline)) int listen_elaborately(const struct settings *settings, int fd, int backlog)
{
    const int kept = errno;
    struct endpoint at;
    struct endpoint chosen;

    if (!endpoint_of_socket(&at, fd))
        return next_listen(fd, backlog);

    const bool matched = listen_matches(settings, &at, fd);
    /* The kernel compares as unsigned: -1 is the largest backlog and must not be raised. */
    if (matched && (unsigned int)backlog < (unsigned int)settings->backlog)
        backlog = settings->backlog;

    const int error = next_listen(fd, backlog) != 0 ? errno : 0;
    if (settings->debug) {
        /* A socket that was never bound gets its port from listen(2). */
        if (error == 0 && at.port == 0 && endpoint_of_socket(&chosen, fd))
            at = chosen;
        outcome_listen(fd, &at, matched, backlog, error);
    }
    errno = error != 0 ? error : kept;
    return error != 0 ? -1 : 0;
}

static inline int listen_under(const struct settings *settings, int fd, int backlog)
{
    if (settings->debug || settings->backlog > 0)
        return listen_elaborately(settings, fd, backlog);
    return next_listen(fd, backlog);
}

/* Another library's constructor may call listen first. A separate function, because of its stack size. */
static __attribute__((noinline)) int listen_early(int fd, int backlog)
{
    struct settings scratch;
    return listen_under(settings_get(&scratch), fd, backlog);
}

__attribute__((visibility("default"))) int listen(int fd, int backlog)
{
    if (settings_state() == SETTINGS_UNREAD)
        return listen_early(fd, backlog);
    return listen_under(&settings_of_process, fd, backlog);
}
