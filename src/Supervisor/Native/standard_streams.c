/*
 * A daemon may be started with some of descriptors 0 to 2 closed (`>&-`). The next file that is opened would get
 * such a number, a log or a pipe of the runtime among them, and whatever is printed would go into it. So they are
 * taken before anything else runs: earlier than main(), since the runtime opens files of its own in there.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/*
 * The linker takes a member of an archive for a symbol that is asked for by name: Supervisor.csproj asks for this one. The
 * priority stands here, as gcc drops one that comes with the definition only.
 */
void reuseportd_standard_streams(void) __attribute__((constructor(101)));

/* 101 is the first priority that programs may use: ahead of the constructors of the runtime. */
void reuseportd_standard_streams(void)
{
    int error = errno;
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) >= 0)
            continue;
        /* open(2) gives the lowest number that is free, and all below are taken by now. Without /dev there is no help. */
        if (open("/dev/null", O_RDWR) < 0)
            break;
    }
    errno = error;
}
