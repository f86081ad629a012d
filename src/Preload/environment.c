#include "environment.h"

#include <stdbool.h>
#include <stddef.h>

/* The same list as environ, which is a weak alias of it in every libc: one lookup less at load. */
extern char **__environ;

/* Arrays instead of pointers: every process that loads the library would pay for the relocation of a pointer. */
static const char names[VARIABLE_COUNT][24] = {
    [VARIABLE_ADDRESS] = "LIBREUSEPORT_ADDR",
    [VARIABLE_PORT] = "LIBREUSEPORT_PORT",
    [VARIABLE_REUSE_PORT] = "SO_REUSEPORT",
    [VARIABLE_REUSE_ADDRESS] = "SO_REUSEADDR",
    [VARIABLE_DEVICE] = "SO_BINDTODEVICE",
    [VARIABLE_BACKLOG] = "LIBREUSEPORT_BACKLOG",
    [VARIABLE_DEBUG] = "LIBREUSEPORT_DEBUG",
    [VARIABLE_STDERR] = "LIBREUSEPORT_STDERR",
};

const char *variable_name(enum variable variable)
{
    return names[variable];
}

/* The value of NAME=value, or NULL if the entry has another name. */
static const char *value_of(const char *entry, const char *name)
{
    while (*name != '\0' && *entry == *name) {
        entry++;
        name++;
    }
    return *name == '\0' && *entry == '=' ? entry + 1 : NULL;
}

static void entry_take(struct environment *environment, bool *seen, const char *entry)
{
    for (int i = 0; i < VARIABLE_COUNT; i++) {
        const char *value = value_of(entry, names[i]);
        if (value == NULL)
            continue;
        /* If a name occurs twice, the first counts, as with getenv(3). */
        if (!seen[i] && *value != '\0')
            environment->values[i] = value;
        seen[i] = true;
        return;
    }
}

void environment_read(struct environment *environment)
{
    bool seen[VARIABLE_COUNT] = {false};
    *environment = (struct environment){{NULL}};

    /* After clearenv(3) there is no list. */
    for (char **entry = __environ; entry != NULL && *entry != NULL; entry++)
        if ((*entry)[0] == 'L' || (*entry)[0] == 'S')
            entry_take(environment, seen, *entry);
}
