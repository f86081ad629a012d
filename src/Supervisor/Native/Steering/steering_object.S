/* The object that clang makes from steer.bpf.c, as bytes. Aligned for the structures of ELF. */
    .section .rodata
    .balign 16
    .globl reuseportd_steering_object
    .hidden reuseportd_steering_object
reuseportd_steering_object:
    .incbin "steer.bpf.o"

    .section .note.GNU-stack, "", %progbits
