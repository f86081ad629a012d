#include "bpf_program.h"

#include <elf.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "bpf_call.h"

#define MOST_INSTRUCTIONS 4096
#define REFERENCE 1 /* R_BPF_64_64: the two words of a 64-bit constant */

struct maps {
    const struct bpf_named_map *first;
    size_t count;
};

static const void *at(const void *object, uint64_t offset)
{
    return (const char *)object + offset;
}

static const Elf64_Shdr *section(const void *object, unsigned index)
{
    const Elf64_Ehdr *header = object;
    return (const Elf64_Shdr *)at(object, header->e_shoff) + index;
}

/* Finds a section by name and type; NULL if there is none. */
static const Elf64_Shdr *find(const void *object, const char *prefix, const char *name, uint32_t type)
{
    const Elf64_Ehdr *header = object;
    const char *names = at(object, section(object, header->e_shstrndx)->sh_offset);
    for (unsigned i = 0; i < header->e_shnum; i++) {
        const char *found = names + section(object, i)->sh_name;
        if (section(object, i)->sh_type == type && strncmp(found, prefix, strlen(prefix)) == 0 &&
            strcmp(found + strlen(prefix), name) == 0)
            return section(object, i);
    }
    return NULL;
}

static int descriptor_of(const char *name, const struct maps *maps)
{
    for (size_t i = 0; i < maps->count; i++)
        if (strcmp(maps->first[i].name, name) == 0)
            return maps->first[i].fd;
    return -1;
}

/* Writes the descriptor of a map, or the value of a constant, into a 64-bit load. Returns -1 for an unknown name. */
static int refer(const struct bpf_program *program, struct bpf_insn *load, const char *name, const struct maps *maps)
{
    int map = descriptor_of(name, maps);
    if (map >= 0) {
        load->src_reg = BPF_PSEUDO_MAP_FD;
        load->imm = map;
        return 0;
    }
    for (size_t i = 0; i < program->constant_count; i++)
        if (strcmp(program->constants[i].name, name) == 0) {
            load[0].imm = (int32_t)program->constants[i].value;
            load[1].imm = (int32_t)(program->constants[i].value >> 32);
            return 0;
        }
    return -1;
}

static int refer_all(const struct bpf_program *program, struct bpf_insn *instructions, size_t count,
                     const Elf64_Shdr *references, const struct maps *maps)
{
    const void *object = program->object;
    const Elf64_Shdr *symbols = section(object, references->sh_link);
    const char *names = at(object, section(object, symbols->sh_link)->sh_offset);
    const Elf64_Rel *reference = at(object, references->sh_offset);
    const Elf64_Rel *end = at(object, references->sh_offset + references->sh_size);
    for (; reference < end; reference++) {
        const Elf64_Sym *symbol =
            (const Elf64_Sym *)at(object, symbols->sh_offset) + ELF64_R_SYM(reference->r_info);
        size_t index = reference->r_offset / sizeof *instructions;
        if (ELF64_R_TYPE(reference->r_info) != REFERENCE || index + 1 >= count ||
            refer(program, instructions + index, names + symbol->st_name, maps) < 0)
            return -1;
    }
    return 0;
}

/* Copies the instructions, with maps and constants in place. Returns their number, or -1. */
static int read_program(const struct bpf_program *program, const struct maps *maps, struct bpf_insn *instructions)
{
    const Elf64_Shdr *code = find(program->object, "", program->section, SHT_PROGBITS);
    const Elf64_Shdr *references = find(program->object, ".rel", program->section, SHT_REL);
    size_t count = code ? code->sh_size / sizeof *instructions : 0;
    if (count == 0 || count > MOST_INSTRUCTIONS)
        return -1;
    memcpy(instructions, at(program->object, code->sh_offset), count * sizeof *instructions);
    if (references && refer_all(program, instructions, count, references, maps) < 0)
        return -1;
    return (int)count;
}

/* Returns how many calls there were. */
static int remove_calls(struct bpf_insn *instructions, int count, int32_t helper)
{
    const struct bpf_insn nothing = {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0};
    int removed = 0;
    for (int i = 0; i < count; i++)
        if (instructions[i].code == (BPF_JMP | BPF_CALL) && instructions[i].src_reg == 0 &&
            instructions[i].imm == helper) {
            instructions[i] = nothing;
            removed++;
        }
    return removed;
}

static int load(const struct bpf_program *program, const struct bpf_insn *instructions, int count)
{
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.prog_type = program->type;
    attributes.expected_attach_type = program->attach;
    attributes.attach_btf_id = program->function;
    attributes.insns = (uintptr_t)instructions;
    attributes.insn_cnt = (uint32_t)count;
    attributes.license = (uintptr_t) "Dual MIT/GPL";
    strncpy(attributes.prog_name, program->name, sizeof attributes.prog_name - 1);
    return reuseportd_bpf(BPF_PROG_LOAD, &attributes);
}

int reuseportd_bpf_load(const struct bpf_program *program, const struct bpf_named_map *maps, size_t map_count)
{
    struct bpf_insn instructions[MOST_INSTRUCTIONS];
    const struct maps named = {maps, map_count};
    int count = read_program(program, &named, instructions);
    if (count < 0) {
        errno = ENOEXEC;
        return -1;
    }
    int loaded = load(program, instructions, count);
    if (loaded < 0 && errno == EINVAL && program->optional_helper &&
        remove_calls(instructions, count, program->optional_helper) > 0)
        loaded = load(program, instructions, count);
    return loaded;
}
