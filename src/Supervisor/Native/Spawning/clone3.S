/*
 * long reuseportd_clone3(void *arguments, size_t size, int (*run)(void *), void *argument)
 *
 * glibc exports no clone3, and its syscall() cannot be used: the child returns on another stack, without the
 * caller's frame. So the child goes from the system call directly into run(argument), and ends by exit(2).
 */
    .text
    .globl reuseportd_clone3
    .hidden reuseportd_clone3
    .type reuseportd_clone3, %function

#if defined(__x86_64__)
    .p2align 4
reuseportd_clone3:
    .cfi_startproc
    endbr64
    movq %rcx, %r8          /* the system call overwrites rcx and r11 */
    movl $435, %eax
    syscall
    testq %rax, %rax
    jz 1f
    ret
1:  .cfi_undefined rip      /* the child's first frame: unwinding ends here */
    xorl %ebp, %ebp
    andq $-16, %rsp
    movq %r8, %rdi
    callq *%rdx
    movl %eax, %edi
    movl $60, %eax
    syscall
    hlt
    .cfi_endproc

#elif defined(__aarch64__)
    .p2align 2
reuseportd_clone3:
    .cfi_startproc
    hint #34                /* bti c */
    mov x8, #435
    svc #0                  /* changes only x0 */
    cbz x0, 1f
    ret
1:  .cfi_undefined x30
    mov x29, xzr
    mov x30, xzr
    mov x0, x3
    blr x2
    mov x8, #93
    svc #0
    brk #0
    .cfi_endproc

#else
    /* On other architectures the spawner uses clone(2), as it does if clone3 is refused; see spawn.c. */
#endif
#if defined(__x86_64__) || defined(__aarch64__)
    .size reuseportd_clone3, . - reuseportd_clone3
#endif
    .section .note.GNU-stack, "", %progbits
