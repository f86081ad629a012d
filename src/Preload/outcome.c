#include "outcome.h"

#include <sys/stat.h>

#include "errnos.h"
#include "kernel.h"
#include "line.h"

static void add_field(struct line *line, const char *name, long number)
{
    line_add(line, name);
    line_add_number(line, number);
}

static void add_type(struct line *line, int fd)
{
    int type = 0; /* no socket has type 0: it means an unknown type */
    unsigned int length = sizeof type;

    kernel_getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length);
    line_add(line, " type=");
    if (type == SOCK_STREAM)
        line_add(line, "stream");
    else if (type == SOCK_DGRAM)
        line_add(line, "dgram");
    else if (type == SOCK_SEQPACKET)
        line_add(line, "seqpacket");
    else
        line_add_number(line, type);
}

static void add_socket(struct line *line, int fd, const struct endpoint *at, bool matched)
{
    struct stat file = {.st_ino = 0}; /* no socket has inode 0 */
    const int kept = errno;

    if (fstat(fd, &file) != 0)
        errno = kept;
    add_field(line, "pid=", kernel_call3(SYS_getpid, 0, 0, 0));
    add_field(line, " fd=", fd);
    line_add(line, " inode=");
    line_add_unsigned(line, file.st_ino);
    line_add(line, at->family == AF_INET ? " family=inet" : " family=inet6");
    add_type(line, fd);
    line_add(line, " addr=");
    line_add_address(line, at);
    add_field(line, " port=", at->port);
    add_field(line, " matched=", matched);
}

static void add_result(struct line *line, int error)
{
    const char *name = error == 0 ? "ok" : errno_name(error);
    line_add(line, " result=");
    if (name != NULL)
        line_add(line, name);
    else
        line_add_number(line, error);
}

void outcome_loaded(void)
{
    struct line line;
    line.length = 0;
    line_add(&line, "libreuseport:loaded:");
    add_field(&line, "pid=", kernel_call3(SYS_getpid, 0, 0, 0));
    line_add(&line, " version=" LIBREUSEPORT_VERSION);
    line_write(&line);
}

void outcome_bind(int fd, const struct endpoint *at, bool matched, const struct applied *applied, int error)
{
    struct line line;
    line.length = 0;
    line_add(&line, "libreuseport:bind:");
    add_socket(&line, fd, at, matched);
    add_field(&line, " reuseport=", applied->reuse_port);
    add_field(&line, " reuseaddr=", applied->reuse_address);
    line_add(&line, " device=");
    line_add_foreign(&line, applied->device[0] != '\0' ? applied->device : "-");
    add_result(&line, error);
    line_write(&line);
}

void outcome_listen(int fd, const struct endpoint *at, bool matched, int backlog, int error)
{
    struct line line;
    line.length = 0;
    line_add(&line, "libreuseport:listen:");
    add_socket(&line, fd, at, matched);
    add_field(&line, " backlog=", backlog);
    add_result(&line, error);
    line_write(&line);
}

void outcome_option_failed(const char *option, int error)
{
    const char *text = errno_text(error);
    struct line line;
    line.length = 0;
    line_add(&line, "libreuseport:");
    line_add(&line, option);
    line_add(&line, ":");
    if (text != NULL)
        line_add(&line, text);
    else
        add_field(&line, "Unknown error ", error);
    line_write(&line);
}

void outcome_unreadable(const char *variable, const char *reason, const char *value)
{
    struct line line;
    line.length = 0;
    line_add(&line, "libreuseport:");
    line_add(&line, variable);
    line_add(&line, ":");
    line_add(&line, reason);
    line_add(&line, ": ");
    line_add_foreign(&line, value);
    line_write(&line);
}
