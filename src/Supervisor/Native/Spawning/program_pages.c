/*
 * Code that only a start needs stays resident, although the file has it. The kernel frees such pages when
 * memory is short; this frees them at a time when the process knows that it needs few of them.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <link.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "program_pages.h"

enum {
    PAGES_AT_ONCE = 512,
};

/* See pagemap in the kernel's Documentation/admin-guide/mm. */
#define IS_PRESENT (1ULL << 63)
#define IS_OF_FILE (1ULL << 61)

struct release {
    int pagemap;
    uintptr_t page_size;
    size_t released; /* resident bytes */
};

/*
 * True if the page is resident and equal to the file. A read-only page may differ: at its start, the .NET
 * runtime writes the cookie that guards its stacks into one.
 */
static int is_to_go(uint64_t page)
{
    return (page & IS_PRESENT) && (page & IS_OF_FILE);
}

static void release_run(struct release *release, uintptr_t first, size_t count)
{
    if (count > 0 && madvise((char *)first, count * release->page_size, MADV_DONTNEED) == 0)
        release->released += count * release->page_size;
}

static void release_pages(struct release *release, uintptr_t first, uintptr_t end)
{
    uint64_t pages[PAGES_AT_ONCE];
    while (first < end) {
        size_t count = (end - first) / release->page_size;
        if (count > PAGES_AT_ONCE)
            count = PAGES_AT_ONCE;
        const off_t place = (off_t)(first / release->page_size * sizeof pages[0]);
        if (pread(release->pagemap, pages, count * sizeof pages[0], place) != (ssize_t)(count * sizeof pages[0]))
            return;
        size_t run = 0;
        for (size_t i = 0; i <= count; i++) {
            if (i < count && is_to_go(pages[i]))
                continue;
            release_run(release, first + run * release->page_size, i - run);
            run = i + 1;
        }
        first += count * release->page_size;
    }
}

/* dl_iterate_phdr(3) calls this for the main program first; the others are not needed. */
static int release_program(struct dl_phdr_info *object, size_t size, void *release)
{
    (void)size;
    const uintptr_t page = ((struct release *)release)->page_size;
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
        if (segment->p_type != PT_LOAD || (segment->p_flags & PF_W))
            continue;
        /* Whole pages only: the page at an edge may belong to two segments. */
        const uintptr_t start = (uintptr_t)(object->dlpi_addr + segment->p_vaddr);
        release_pages(release, (start + page - 1) & ~(page - 1), (start + (uintptr_t)segment->p_filesz) & ~(page - 1));
    }
    return 1;
}

size_t reuseportd_program_release(void)
{
    struct release release = {.page_size = (uintptr_t)sysconf(_SC_PAGESIZE)};
    release.pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    if (release.pagemap < 0)
        return 0;
    dl_iterate_phdr(release_program, &release);
    close(release.pagemap);
    return release.released;
}
