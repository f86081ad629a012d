/*
 * System calls without the wrappers of libc.
 *
 * A hook runs inside the program's bind(2) and must keep errno. bind and listen are no cancellation points,
 * but write(2) is one. A raw call changes no errno, cancels no thread, and cannot be interposed by another
 * library. Each returns the kernel's result: a value, or a negative errno.
 *
 * They are macros, so that an int reaches the kernel as an int and stays in its register.
 */
#ifndef REUSEPORT_KERNEL_H
#define REUSEPORT_KERNEL_H

#include <sys/syscall.h>

#if defined(__x86_64__) && defined(__LP64__)

#define kernel_call4(number, a, b, c, d)                                  \
    __extension__({                                                       \
        register __typeof__(d) r10_ __asm__("r10") = (d);                 \
        long answer_;                                                     \
        __asm__ volatile("syscall"                                        \
                         : "=a"(answer_)                                  \
                         : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10_) \
                         : "rcx", "r11", "memory");                       \
        answer_;                                                          \
    })

#define kernel_call5(number, a, b, c, d, e)                                         \
    __extension__({                                                                 \
        register __typeof__(d) r10_ __asm__("r10") = (d);                           \
        register __typeof__(e) r8_ __asm__("r8") = (e);                             \
        long answer_;                                                               \
        __asm__ volatile("syscall"                                                  \
                         : "=a"(answer_)                                            \
                         : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10_), "r"(r8_) \
                         : "rcx", "r11", "memory");                                 \
        answer_;                                                                    \
    })

#define kernel_call6(number, a, b, c, d, e, f)                                                   \
    __extension__({                                                                              \
        register __typeof__(d) r10_ __asm__("r10") = (d);                                        \
        register __typeof__(e) r8_ __asm__("r8") = (e);                                          \
        register __typeof__(f) r9_ __asm__("r9") = (f);                                          \
        long answer_;                                                                            \
        __asm__ volatile("syscall"                                                               \
                         : "=a"(answer_)                                                         \
                         : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10_), "r"(r8_), "r"(r9_)    \
                         : "rcx", "r11", "memory");                                              \
        answer_;                                                                                 \
    })

#elif defined(__aarch64__) && defined(__LP64__)

#define kernel_call6(number, a, b, c, d, e, f)                                         \
    __extension__({                                                                    \
        register long x8_ __asm__("x8") = (number);                                    \
        register __typeof__(f) x5_ __asm__("x5") = (f);                                \
        register __typeof__(e) x4_ __asm__("x4") = (e);                                \
        register __typeof__(d) x3_ __asm__("x3") = (d);                                \
        register __typeof__(c) x2_ __asm__("x2") = (c);                                \
        register __typeof__(b) x1_ __asm__("x1") = (b);                                \
        register long x0_ __asm__("x0") = (long)(a);                                   \
        __asm__ volatile("svc #0"                                                      \
                         : "+r"(x0_)                                                   \
                         : "r"(x8_), "r"(x1_), "r"(x2_), "r"(x3_), "r"(x4_), "r"(x5_)  \
                         : "memory");                                                  \
        x0_;                                                                           \
    })

#define kernel_call5(number, a, b, c, d, e) kernel_call6(number, a, b, c, d, e, 0L)
#define kernel_call4(number, a, b, c, d) kernel_call5(number, a, b, c, d, 0L)

#else

#include <errno.h>

/* Declared here because <unistd.h> needs feature macros for it. */
extern long syscall(long number, ...);

#define kernel_call6(number, a, b, c, d, e, f)                          \
    __extension__({                                                     \
        const int kept_ = errno;                                        \
        long answer_ = syscall((number), (a), (b), (c), (d), (e), (f)); \
        if (answer_ == -1)                                              \
            answer_ = -(long)errno;                                     \
        errno = kept_;                                                  \
        answer_;                                                        \
    })

#define kernel_call5(number, a, b, c, d, e) kernel_call6(number, a, b, c, d, e, 0L)
#define kernel_call4(number, a, b, c, d) kernel_call5(number, a, b, c, d, 0L)

#endif

#define kernel_call3(number, a, b, c) kernel_call4(number, a, b, c, 0L)

static inline int kernel_getsockopt(int fd, int level, int name, void *value, unsigned int *length)
{
    return (int)kernel_call5(SYS_getsockopt, fd, level, name, value, length);
}

static inline int kernel_setsockopt(int fd, int level, int name, const void *value, unsigned int length)
{
    return (int)kernel_call5(SYS_setsockopt, fd, level, name, value, length);
}

#endif
