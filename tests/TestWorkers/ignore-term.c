/* ignore-term: ignores SIGTERM, so that only SIGKILL ends it. Prints "ignoring". */
#include <signal.h>
#include <unistd.h>

int main(void)
{
    signal(SIGTERM, SIG_IGN);
    if (write(STDOUT_FILENO, "ignoring\n", 9) < 0)
        return 1;
    for (;;)
        pause();
}
