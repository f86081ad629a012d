/*
 * A daemon may start with some of descriptors 0 to 2 closed (`>&-`). The next opened file would get such a
 * number, for instance a log. Printed text would go into it. So the numbers are reserved before any other
 * code runs: before main(), where the runtime opens files.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/*
 * The linker takes a member of an archive only if one of its symbols is required: Supervisor.csproj requires
 * this one. The declaration has the priority, because gcc ignores it in a definition.
 */
void reuseportd_standard_streams(void) __attribute__((constructor(101)));

/* 101 is the first priority for programs: this runs before the constructors of the runtime. */
void reuseportd_standard_streams(void)
{
    int error = errno;
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) >= 0)
            continue;
        /*
         * open(2) returns the lowest free number, and all lower ones are in use. Without /dev nothing can be
         * done.
         */
        if (open("/dev/null", O_RDWR) < 0)
            break;
    }
    errno = error;
}
