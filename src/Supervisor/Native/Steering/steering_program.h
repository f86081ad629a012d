/* Takes the instructions of steer.bpf.c from the object that clang made. */
#ifndef REUSEPORTD_STEERING_PROGRAM_H
#define REUSEPORTD_STEERING_PROGRAM_H

#include <linux/bpf.h>

#include "steering.h"

#define STEERING_MOST_INSTRUCTIONS 4096

/*
 * Copies the instructions, with the descriptors of the maps in place. Returns their number, or -1 for an
 * unknown object.
 */
int reuseportd_steering_program(struct bpf_insn *instructions, const struct reuseportd_steering *maps);

#endif
