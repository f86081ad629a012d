/* The objects that clang makes, as bytes. Aligned for the structures of ELF. */
    .macro object name, file
    .balign 16
    .globl \name
    .hidden \name
\name:
    .incbin "\file"
    .endm

    .section .rodata
    object reuseportd_steering_object, steer.bpf.o
    object reuseportd_sharding_object, share.bpf.o

    .section .note.GNU-stack, "", %progbits
