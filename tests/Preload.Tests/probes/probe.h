/* Declarations for the files of the program `probe`. */
#ifndef PROBE_H
#define PROBE_H

#include <sys/socket.h>

enum { MARK = 4711 }; /* errno before a call; a successful call must not change it */

extern int current; /* the socket that commands are about */

/* Prints "what=ok" or the errno; and "errno=lost" if a successful call has changed it. */
void say(const char *what, int result);

void die(const char *why) __attribute__((noreturn));
void get(const char *name);

/* probe_binds.c. `how` is the text after "bind-"; sets `used` to the number of its arguments. */
void bind_plainly(char **arguments);
void bind_otherwise(const char *how, char **arguments, int *used);

/* probe_stderr.c */
void new_stderr(const char *kind);
void stderr_bytes(void);
void stderr_flood(void);
void stderr_lines(void);
void stderr_flags(void);
void stderr_is_ours(void);

/* probe_surroundings.c. `rest` are the arguments behind the command. */
void hold_signal(const char *name);
void signal_pending(const char *name);
void interrupt_often(void);
void limit_files(const char *bytes);
void elapsed(void);
void go_on_in_children(int count);
void go_on_executed(char **rest);
void refuse(const char *call, int error);
void scribble(void);

#endif
