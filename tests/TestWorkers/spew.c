/*
 * spew LINES BYTES [--stderr] [--no-final-newline] [--nul] [--invalid-utf8]: writes that many lines of that
 * many bytes, the newline not counted, as fast as it can. Each line begins with its number.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int has(int argc, char **argv, const char *option)
{
    for (int i = 3; i < argc; i++)
        if (strcmp(argv[i], option) == 0)
            return 1;
    return 0;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: %s LINES BYTES [--stderr] [--no-final-newline] [--nul] [--invalid-utf8]\n",
                argv[0]);
        return 2;
    }

    long lines = atol(argv[1]);
    size_t size = (size_t)atol(argv[2]);
    FILE *stream = has(argc, argv, "--stderr") ? stderr : stdout;
    static char buffer[64 * 1024];
    setvbuf(stream, buffer, _IOFBF, sizeof buffer);

    char *line = malloc(size + 32);
    if (line == NULL)
        return 1;
    memset(line, 'x', size + 32);
    if (size > 0 && has(argc, argv, "--nul"))
        line[size - 1] = '\0';
    if (size > 1 && has(argc, argv, "--invalid-utf8"))
        memcpy(line + size - 2, "\xc3\x28", 2);
    line[size] = '\n';

    int cut = has(argc, argv, "--no-final-newline");
    for (long number = 0; number < lines; number++) {
        char prefix[32];
        size_t length = (size_t)snprintf(prefix, sizeof prefix, "%ld ", number);
        memcpy(line, prefix, length < size ? length : size);
        fwrite(line, 1, size + (cut && number == lines - 1 ? 0 : 1), stream);
    }
    return fflush(stream) == 0 ? 0 : 1;
}
