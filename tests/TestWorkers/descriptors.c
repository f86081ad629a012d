/* descriptors: prints the descriptors that it inherited, as lines "NUMBER TARGET", and ends. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(void)
{
    DIR *directory = opendir("/proc/self/fd");
    if (directory == NULL)
        return 1;
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        char path[300];
        char target[256];
        if (entry->d_name[0] == '.' || atoi(entry->d_name) == dirfd(directory))
            continue;
        snprintf(path, sizeof path, "/proc/self/fd/%s", entry->d_name);
        ssize_t length = readlink(path, target, sizeof target - 1);
        target[length < 0 ? 0 : length] = '\0';
        printf("%s %s\n", entry->d_name, target);
    }
    return 0;
}
