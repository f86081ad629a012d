/*
 * The hook for bind(2). The usual case (one port or range, any address, no lines) is handled here in few
 * instructions; bind_general.c handles the whole contract.
 */
#include <errno.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "bind_general.h"
#include "endpoint.h"
#include "next.h"
#include "options.h"
#include "settings.h"

#if defined(__has_attribute)
#if __has_attribute(no_stack_protector)
#define WITHOUT_CANARY __attribute__((no_stack_protector))
#endif
#endif
#ifndef WITHOUT_CANARY
#define WITHOUT_CANARY
#endif

static const struct settings *const settings = &settings_of_process;

static inline bool matches(int fd, const struct sockaddr *address, socklen_t length)
{
    return family_at(fd, address, length) != AF_UNSPEC &&
           port_range_holds(&settings->ports.ranges[0], port_at(address));
}

static inline int share(int fd, const struct sockaddr *address, socklen_t length)
{
    int reuse_port = UNCHANGED;
    int reuse_address = UNCHANGED;

    /* An option that cannot be set does not fail the bind: it runs as without the library. */
    if (settings->reuse_port != LEAVE)
        option_set(fd, SO_REUSEPORT, &settings->reuse_port, &reuse_port);
    if (settings->reuse_address != LEAVE)
        option_set(fd, SO_REUSEADDR, &settings->reuse_address, &reuse_address);

    if (next_bind(fd, address, length) == 0)
        return 0;

    option_restore(fd, SO_REUSEPORT, reuse_port);
    option_restore(fd, SO_REUSEADDR, reuse_address);
    return -1;
}

/*
 * The stack holds only a few ints, and only the kernel writes to them: a canary would take a tenth of the
 * hook's time.
 */
static __attribute__((noinline)) WITHOUT_CANARY int bind_shared(int fd, const struct sockaddr *address,
                                                                socklen_t length)
{
    return share(fd, address, length);
}

static __attribute__((noinline)) int bind_confined(int fd, const struct sockaddr *address, socklen_t length)
{
    struct device_found found;

    if (!matches(fd, address, length))
        return next_bind(fd, address, length);

    const int error = device_set(fd, settings->device, &found);
    if (error != 0) {
        errno = -error;
        return -1;
    }
    const int result = share(fd, address, length);
    if (result != 0)
        device_restore(fd, &found);
    return result;
}

__attribute__((visibility("default"))) int bind(int fd, const struct sockaddr *address, socklen_t length)
{
    const int state = settings_state();

    if (state == SETTINGS_SIMPLE)
        return matches(fd, address, length) ? bind_shared(fd, address, length)
                                            : next_bind(fd, address, length);
    if (state == SETTINGS_CONFINED)
        return bind_confined(fd, address, length);
    return bind_generally(fd, address, length);
}
