#include "bind_general.h"

#include <errno.h>
#include <stdbool.h>

#include "endpoint.h"
#include "next.h"
#include "options.h"
#include "outcome.h"
#include "settings.h"

/* The former values, for a bind that fails. */
struct found {
    int reuse_port;
    int reuse_address;
    struct device_found device;
};

static int set_and_say(bool debug, int fd, int option, const char *name, const int *wanted, int *found)
{
    if (*wanted == LEAVE)
        return LEAVE;
    const int error = option_set(fd, option, wanted, found);
    if (error == 0)
        return *wanted;
    if (debug)
        outcome_option_failed(name, -error);
    return LEAVE;
}

/* Returns 0, or the errno that the bind must fail with. */
static int set_all(const struct settings *settings, int fd, struct applied *applied, struct found *found)
{
    if (settings->confined) {
        const int error =
            settings->device[0] == '\0' ? -ENODEV : device_set(fd, settings->device, &found->device);
        if (error != 0) {
            if (settings->debug)
                outcome_option_failed("SO_BINDTODEVICE", -error);
            return -error;
        }
        applied->device = settings->device;
    }
    applied->reuse_port = set_and_say(settings->debug, fd, SO_REUSEPORT, "SO_REUSEPORT",
                                      &settings->reuse_port, &found->reuse_port);
    applied->reuse_address = set_and_say(settings->debug, fd, SO_REUSEADDR, "SO_REUSEADDR",
                                         &settings->reuse_address, &found->reuse_address);
    return 0;
}

static void restore_all(int fd, const struct found *found)
{
    device_restore(fd, &found->device);
    option_restore(fd, SO_REUSEPORT, found->reuse_port);
    option_restore(fd, SO_REUSEADDR, found->reuse_address);
}

static int bind_under(const struct settings *settings, int fd, const struct sockaddr *address,
                      socklen_t length)
{
    const int kept = errno;
    struct applied applied = {LEAVE, LEAVE, ""};
    struct found found = {UNCHANGED, UNCHANGED, {.changed = false}};
    struct endpoint at;
    struct endpoint chosen;

    if (!endpoint_read(&at, fd, address, length))
        return next_bind(fd, address, length);

    const bool matched = settings_match(settings, &at);
    int error = matched ? set_all(settings, fd, &applied, &found) : 0;
    if (error == 0 && next_bind(fd, address, length) != 0)
        error = errno;
    if (error != 0)
        restore_all(fd, &found);

    if (settings->debug) {
        if (error == 0 && at.port == 0 && endpoint_of_socket(&chosen, fd))
            at.port = chosen.port;
        outcome_bind(fd, &at, matched, &applied, error);
    }
    errno = error != 0 ? error : kept;
    return error != 0 ? -1 : 0;
}

/* Another library's constructor may call bind first. A separate function, because of its stack size. */
static __attribute__((noinline)) int bind_early(int fd, const struct sockaddr *address, socklen_t length)
{
    struct settings scratch;
    return bind_under(settings_get(&scratch), fd, address, length);
}

int bind_generally(int fd, const struct sockaddr *address, socklen_t length)
{
    if (settings_state() == SETTINGS_UNREAD)
        return bind_early(fd, address, length);
    return bind_under(&settings_of_process, fd, address, length);
}
