/* Reads the variables of the contract in one pass over the environment. */
#ifndef REUSEPORT_ENVIRONMENT_H
#define REUSEPORT_ENVIRONMENT_H

enum variable {
    VARIABLE_ADDRESS,
    VARIABLE_PORT,
    VARIABLE_REUSE_PORT,
    VARIABLE_REUSE_ADDRESS,
    VARIABLE_DEVICE,
    VARIABLE_BACKLOG,
    VARIABLE_DEBUG,
    VARIABLE_STDERR,
    VARIABLE_COUNT,
};

/* A value is NULL if the variable is unset or empty: VAR= before a command unsets it for that command. */
struct environment {
    const char *values[VARIABLE_COUNT];
};

void environment_read(struct environment *environment);

const char *variable_name(enum variable variable);

#endif
