/*
 * stops-others stop|trace: an attacker among workers. It sends SIGSTOP to all other processes of its user, over and over, or
 * tries to trace each one that comes. It says when it begins, and ends after a minute.
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

/* The next numbers, too: a process that is not there yet is traced from its first moment on. */
static void trace_next(void)
{
    const long newest = newest_pid();
    for (long pid = newest; pid <= newest + 3; pid++)
        if (ptrace(PTRACE_SEIZE, (pid_t)pid, NULL, NULL) == 0)
            ptrace(PTRACE_INTERRUPT, (pid_t)pid, NULL, NULL);
}

int main(int count, char **words)
{
    if (count != 2 || (strcmp(words[1], "stop") != 0 && strcmp(words[1], "trace") != 0)) {
        fputs("usage: stops-others stop|trace\n", stderr);
        return 2;
    }
    const time_t end = time(NULL) + 60;
    const int traces = strcmp(words[1], "trace") == 0;
    if (write(STDOUT_FILENO, "attacking\n", 10) < 0)
        return 1;
    while (time(NULL) < end) {
        if (traces)
            trace_next();
        else
            for (int i = 0; i < 1000; i++)
                kill(-1, SIGSTOP); /* all that it may signal, but itself (kill(2)) */
    }
    return 0;
}
