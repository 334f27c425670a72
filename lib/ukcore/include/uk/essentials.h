/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Attributes, arithmetic on constants and the few helpers that every file
 * needs. Macros only: nothing here leaves code in an image that does not use
 * it. Contexts: any.
 */
#ifndef __UK_ESSENTIALS_H__
#define __UK_ESSENTIALS_H__

#include <uk/arch/types.h>

/* newlib's <sys/cdefs.h> defines some of these as well. */
#ifndef __packed
#define __packed __attribute__((packed))
#endif
#ifndef __aligned
#define __aligned(x) __attribute__((aligned(x)))
#endif
#ifndef __section
#define __section(s) __attribute__((section(s)))
#endif
#ifndef __used
#define __used __attribute__((used))
#endif
#ifndef __unused
#define __unused __attribute__((unused))
#endif
#ifndef __noreturn
#define __noreturn __attribute__((noreturn))
#endif
#ifndef __noinline
#define __noinline __attribute__((noinline))
#endif
#ifndef __weak
#define __weak __attribute__((weak))
#endif
#ifndef __isr
#define __isr
#endif
#ifndef __printf_like
#define __printf_like(fmt, args) __attribute__((format(printf, fmt, args)))
#endif

/*
 * Functions on the way from the vector of a debug trap to the debugger stand
 * in a section of their own: a breakpoint there would trap for ever, and is
 * refused. They call nothing outside of it before the debugger has decided.
 */
#define __nobreak __section(".text.uk_nobreak")

#ifndef likely
#define likely(x) __builtin_expect(!!(x), 1)
#endif
#ifndef unlikely
#define unlikely(x) __builtin_expect(!!(x), 0)
#endif

#ifndef STRINGIFY
#define __STRINGIFY(x) #x
#define STRINGIFY(x) __STRINGIFY(x)
#endif

#ifndef __UK_CONCAT
#define ___UK_CONCAT(a, b) a##b
#define __UK_CONCAT(a, b) ___UK_CONCAT(a, b)
#endif

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(x) (sizeof(x) / sizeof((x)[0]))
#endif

#ifndef MIN
#define MIN(a, b)                                      \
	({                                             \
		__typeof__(a) __min_a = (a);           \
		__typeof__(b) __min_b = (b);           \
		__min_a < __min_b ? __min_a : __min_b; \
	})
#endif
#ifndef MAX
#define MAX(a, b)                                      \
	({                                             \
		__typeof__(a) __max_a = (a);           \
		__typeof__(b) __max_b = (b);           \
		__max_a > __max_b ? __max_a : __max_b; \
	})
#endif

/* align must be a power of two */
#ifndef ALIGN_UP
#define ALIGN_UP(v, align) \
	(((v) + (__typeof__(v))((align)-1)) & ~((__typeof__(v))((align)-1)))
#endif
#ifndef ALIGN_DOWN
#define ALIGN_DOWN(v, align) ((v) & ~((__typeof__(v))((align)-1)))
#endif

#ifndef __offsetof
#define __offsetof(type, field) __builtin_offsetof(type, field)
#endif
#ifndef __containerof
#define __containerof(ptr, type, field) \
	((type *)((char *)(ptr)-__offsetof(type, field)))
#endif

/* Compile-time assertion, usable at file and block scope. */
#define UK_CTASSERT(x) _Static_assert(x, #x)

/* One access that the compiler neither tears, repeats nor removes. */
#define UK_READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define UK_WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))

#define __PAGE_SHIFT 12
#define __PAGE_SIZE (1UL << __PAGE_SHIFT)
#define __PAGE_MASK (~(__PAGE_SIZE - 1))

#endif /* __UK_ESSENTIALS_H__ */
