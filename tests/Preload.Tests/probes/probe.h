/* What the files of the program `probe` share. */
#ifndef PROBE_H
#define PROBE_H

#include <sys/socket.h>

enum { MARK = 4711 }; /* errno before a call; it has to be the same after one that succeeds */

extern int current; /* the socket that commands are about */

/* Prints "what=ok" or the errno; and "errno=lost" where a success has changed it. */
void say(const char *what, int result);

void die(const char *why) __attribute__((noreturn));
void get(const char *name);

/* probe_binds.c. `how` is what stands after "bind-"; `used` becomes how many arguments belong to it. */
void bind_plainly(char **arguments);
void bind_otherwise(const char *how, char **arguments, int *used);

/* probe_surroundings.c */
void new_stderr(const char *kind);
void stderr_bytes(void);
void hold_sigpipe(void);
void sigpipe_pending(void);
void refuse(const char *call, int error);
void scribble(void);

#endif
