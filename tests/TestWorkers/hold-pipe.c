/*
 * hold-pipe [apart]: exits at once and leaves a child that keeps stdout and stderr open, with `apart` in its own
 * session. Prints "holding PID".
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    int apart = argc > 1 && strcmp(argv[1], "apart") == 0;
    int ready[2];
    if (pipe(ready) < 0)
        return 1;
    pid_t child = fork();
    if (child == 0) {
        if (apart)
            setsid();
        close(ready[0]);
        close(ready[1]);
        for (;;)
            pause();
    }

    char none;
    close(ready[1]);
    if (read(ready[0], &none, 1) < 0)
        return 1;
    printf("holding %d\n", (int)child);
    return 0;
}
