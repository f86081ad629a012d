/*
 * A loader for one known object: one section of instructions, and references to maps by name. libbpf does
 * much more, and needs libelf (LGPL) and zlib in the binary.
 */
#include "steering_program.h"

#include <elf.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define SECTION "sk_reuseport/migrate"
#define MAP_REFERENCE 1 /* R_BPF_64_64: the two words of a 64-bit constant */

/* steering_object.S; aligned for these structures. */
extern const char reuseportd_steering_object[] __attribute__((visibility("hidden")));

static const void *at(uint64_t offset)
{
    return reuseportd_steering_object + offset;
}

static const Elf64_Shdr *section(unsigned index)
{
    const Elf64_Ehdr *header = at(0);
    return (const Elf64_Shdr *)at(header->e_shoff) + index;
}

/* Finds a section by name and type; NULL if there is none. */
static const Elf64_Shdr *find(const char *prefix, const char *name, uint32_t type)
{
    const Elf64_Ehdr *header = at(0);
    const char *names = at(section(header->e_shstrndx)->sh_offset);
    for (unsigned i = 0; i < header->e_shnum; i++) {
        const char *found = names + section(i)->sh_name;
        if (section(i)->sh_type == type && strncmp(found, prefix, strlen(prefix)) == 0 &&
            strcmp(found + strlen(prefix), name) == 0)
            return section(i);
    }
    return NULL;
}

static int descriptor_of(const char *map, const struct reuseportd_steering *maps)
{
    if (strcmp(map, "sockets") == 0)
        return maps->sockets;
    if (strcmp(map, "slots") == 0)
        return maps->slots;
    return strcmp(map, "group_map") == 0 ? maps->group : -1;
}

static int refer(struct bpf_insn *instructions, size_t count, const Elf64_Shdr *references,
                 const struct reuseportd_steering *maps)
{
    const Elf64_Shdr *symbols = section(references->sh_link);
    const char *names = at(section(symbols->sh_link)->sh_offset);
    const Elf64_Rel *reference = at(references->sh_offset);
    const Elf64_Rel *end = at(references->sh_offset + references->sh_size);
    for (; reference < end; reference++) {
        const Elf64_Sym *symbol = (const Elf64_Sym *)at(symbols->sh_offset) + ELF64_R_SYM(reference->r_info);
        int map = descriptor_of(names + symbol->st_name, maps);
        size_t index = reference->r_offset / sizeof *instructions;
        if (ELF64_R_TYPE(reference->r_info) != MAP_REFERENCE || map < 0 || index >= count)
            return -1;
        instructions[index].src_reg = BPF_PSEUDO_MAP_FD;
        instructions[index].imm = map;
    }
    return 0;
}

int reuseportd_steering_program(struct bpf_insn *instructions, const struct reuseportd_steering *maps)
{
    const Elf64_Shdr *code = find("", SECTION, SHT_PROGBITS);
    const Elf64_Shdr *references = find(".rel", SECTION, SHT_REL);
    size_t count = code ? code->sh_size / sizeof *instructions : 0;
    if (count == 0 || count > STEERING_MOST_INSTRUCTIONS)
        return -1;
    memcpy(instructions, at(code->sh_offset), count * sizeof *instructions);
    if (references && refer(instructions, count, references, maps) < 0)
        return -1;
    return (int)count;
}
