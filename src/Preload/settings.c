#include "settings.h"

#include <limits.h>
#include <string.h>

#include "environment.h"
#include "next.h"
#include "outcome.h"
#include "reading.h"
#include "stderr.h"

struct settings settings_of_process;

static void complain(bool aloud, enum variable variable, const char *reason, const char *value)
{
    if (aloud)
        outcome_unreadable(variable_name(variable), reason, value);
}

/* False, with a line, if the value is not a number of that range; `number` is unchanged then. */
static bool number_take(const struct environment *from, enum variable variable, bool aloud,
                        const char *reason, long lowest, long highest, int *number)
{
    const char *value = from->values[variable];
    long read;

    if (value == NULL)
        return true;
    if (!span_number((struct span){value, strlen(value)}, lowest, highest, &read)) {
        complain(aloud, variable, reason, value);
        return false;
    }
    *number = (int)read;
    return true;
}

/*
 * The rule of the kernel's dev_valid_name(). Longer names must be refused here: the kernel would truncate
 * them.
 */
static bool device_name_is_valid(struct span name)
{
    if (name.length == 0 || name.length >= IFNAMSIZ)
        return false;
    for (size_t i = 0; i < name.length; i++) {
        const unsigned char c = (unsigned char)name.start[i];
        if (c <= ' ' || c == 0x7f || c == 0xa0 || c == '/' || c == ':')
            return false;
    }
    return true;
}

static void device_take(struct settings *settings, const char *value, bool aloud)
{
    if (value == NULL)
        return;
    const struct span name = span_trim((struct span){value, strlen(value)});
    settings->confined = true;
    if (device_name_is_valid(name))
        memcpy(settings->device, name.start, name.length);
    else
        complain(aloud, VARIABLE_DEVICE, "not the name of an interface", value);
}

static void filters_take(struct settings *settings, const struct environment *from, bool aloud)
{
    const char *reason;

    if (from->values[VARIABLE_ADDRESS] != NULL) {
        reason = address_filter_read(&settings->addresses, from->values[VARIABLE_ADDRESS]);
        if (reason != NULL)
            complain(aloud, VARIABLE_ADDRESS, reason, from->values[VARIABLE_ADDRESS]);
    }
    port_filter_allow_any(&settings->ports);
    if (from->values[VARIABLE_PORT] != NULL) {
        reason = port_filter_read(&settings->ports, from->values[VARIABLE_PORT]);
        if (reason != NULL)
            complain(aloud, VARIABLE_PORT, reason, from->values[VARIABLE_PORT]);
    }
}

/* Fills zeroed settings, except for the state. */
static void settings_read(struct settings *settings, bool aloud)
{
    static const char option[] = "not 1, 0 or -1";
    struct environment from;
    int debug = 0;

    environment_read(&from);
    const bool heard = stderr_confine(from.values[VARIABLE_STDERR]);
    aloud = aloud && heard;
    settings->reuse_port = 1;
    settings->reuse_address = LEAVE;

    const bool port = number_take(&from, VARIABLE_REUSE_PORT, aloud, option, -1, 1, &settings->reuse_port);
    const bool address =
        number_take(&from, VARIABLE_REUSE_ADDRESS, aloud, option, -1, 1, &settings->reuse_address);
    if (!port || !address) {
        settings->reuse_port = LEAVE;
        settings->reuse_address = LEAVE;
    }
    number_take(&from, VARIABLE_BACKLOG, aloud, "not a number from 0 to 2147483647", 0, INT_MAX,
                &settings->backlog);
    number_take(&from, VARIABLE_DEBUG, aloud, "not 1 or 0", 0, 1, &debug);
    filters_take(settings, &from, aloud);
    device_take(settings, from.values[VARIABLE_DEVICE], aloud);
    settings->debug = debug == 1 && heard;
}

static int state_for(const struct settings *settings)
{
    if (settings->debug || settings->addresses.listed || settings->ports.count != 1)
        return SETTINGS_GENERAL;
    if (!settings->confined)
        return SETTINGS_SIMPLE;
    return settings->device[0] != '\0' ? SETTINGS_CONFINED : SETTINGS_GENERAL;
}

const struct settings *settings_get(struct settings *scratch)
{
    static atomic_flag begun = ATOMIC_FLAG_INIT;
    struct settings *settings = &settings_of_process;

    if (settings_state() != SETTINGS_UNREAD)
        return settings;

    const int kept = errno;
    next_resolve();
    if (atomic_flag_test_and_set(&begun)) {
        memset(scratch, 0, sizeof *scratch);
        settings_read(scratch, false);
        errno = kept;
        return scratch;
    }
    settings_read(settings, true);
    atomic_store_explicit(&settings->state, state_for(settings), memory_order_release);
    if (settings->debug)
        outcome_loaded();
    errno = kept;
    return settings;
}

__attribute__((constructor)) static void load(void)
{
    struct settings scratch;
    settings_get(&scratch);
}
