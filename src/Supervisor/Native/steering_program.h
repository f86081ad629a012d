/* The instructions of steer.bpf.c out of the object that clang made of it. */
#ifndef REUSEPORTD_STEERING_PROGRAM_H
#define REUSEPORTD_STEERING_PROGRAM_H

#include <linux/bpf.h>

#include "steering.h"

#define STEERING_MOST_INSTRUCTIONS 4096

/* Copies them, with the descriptors of the maps where they refer to one. How many, or -1 for an object of another form. */
int reuseportd_steering_program(struct bpf_insn *instructions, const struct reuseportd_steering *maps);

#endif
