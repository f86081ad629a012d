/*
 * Code that only a start needs stays resident, although the file has it. The kernel frees such pages when
 * memory is short; this frees them at a time when the process knows that it needs few of them.
 *
 * The data are written as a whole: before main, the .NET runtime unpacks its type descriptions to some 7 MiB.
 * With huge pages the kernel has a fault for each 2 MiB and not for each 4 KiB, and the start takes 4 ms less.
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
    /* Below this there is no huge page in the data. */
    LEAST_DATA = 4 << 20,
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

/* The part of a data segment that the file does not have. */
static int advise_data(struct dl_phdr_info *object, size_t size, void *unused)
{
    (void)size, (void)unused;
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
        if (segment->p_type != PT_LOAD || segment->p_memsz - segment->p_filesz < LEAST_DATA)
            continue;
        const uintptr_t start = (uintptr_t)(object->dlpi_addr + segment->p_vaddr);
        const uintptr_t first = (start + (uintptr_t)segment->p_filesz + page - 1) & ~(page - 1);
        const uintptr_t end = (start + (uintptr_t)segment->p_memsz) & ~(page - 1);
        /* Without huge pages (CONFIG_TRANSPARENT_HUGEPAGE) the start is only slower. */
        (void)madvise((char *)first, end - first, MADV_HUGEPAGE);
    }
    return 1;
}

__attribute__((constructor)) static void use_huge_pages(void)
{
    dl_iterate_phdr(advise_data, NULL);
}
