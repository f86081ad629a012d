/*
 * hold-pipe: exits at once, and leaves a child behind that keeps stdout and stderr open. Says "holding PID".
 */
#include <stdio.h>
#include <unistd.h>

int main(void)
{
    pid_t child = fork();
    if (child == 0)
        for (;;)
            pause();
    printf("holding %d\n", (int)child);
    return 0;
}
