/*
 * stops-others stop|trace|keep: a hostile worker. stop: sends SIGSTOP to all other processes of its user, again and
 * again. trace: traces and halts each new process. keep: traces each new process without halting it and never
 * reaps it. Prints "attacking" at its start, and ends after a minute.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <time.h>
#include <unistd.h>

static long newest_pid(void)
{
    char text[128] = "";
    FILE *file = fopen("/proc/loadavg", "r");
    if (file == NULL)
        return -1;
    char *line = fgets(text, sizeof text, file);
    fclose(file);
    char *last = line == NULL ? NULL : strrchr(line, ' ');
    return last == NULL ? -1 : strtol(last + 1, NULL, 10);
}

/* The next pids, too, so that a later process is traced from its start. */
static void trace_next(int halts)
{
    const long newest = newest_pid();
    for (long pid = newest; pid <= newest + 3; pid++)
        if (ptrace(PTRACE_SEIZE, (pid_t)pid, NULL, NULL) == 0 && halts)
            ptrace(PTRACE_INTERRUPT, (pid_t)pid, NULL, NULL);
}

int main(int count, char **words)
{
    const char *how = count == 2 ? words[1] : "";
    if (strcmp(how, "stop") != 0 && strcmp(how, "trace") != 0 && strcmp(how, "keep") != 0) {
        fputs("usage: stops-others stop|trace|keep\n", stderr);
        return 2;
    }
    const time_t end = time(NULL) + 60;
    if (write(STDOUT_FILENO, "attacking\n", 10) < 0)
        return 1;
    while (time(NULL) < end) {
        if (strcmp(how, "stop") != 0)
            trace_next(strcmp(how, "trace") == 0);
        else
            for (int i = 0; i < 1000; i++)
                kill(-1, SIGSTOP); /* all that it may signal, but itself (kill(2)) */
    }
    return 0;
}
