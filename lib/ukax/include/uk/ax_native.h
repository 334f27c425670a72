/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Expressions of breakpoints and probes as machine code in this image, in a
 * pool of its text that is written like any other text.
 */
#ifndef __UK_AX_NATIVE_H__
#define __UK_AX_NATIVE_H__

#include <uk/arch/regs.h>
#include <uk/ax_compile.h>

/** Where a register with gdb's number is in struct __regs, in bytes; < 0: there
 * is none. Contexts: any.
 */
int uk_ax_reg_offset(unsigned int nr);

#ifdef CONFIG_LIBUKAX_NATIVE
/**
 * Compiles an expression whose registers are those of a struct __regs.
 *
 * @return the function, to be called in trap context; NULL: it is not compiled,
 *   or the pool is full. Contexts: of the CPU that is alone, with uk_percpu()'s
 *   in_debugger set.
 */
uk_ax_function uk_ax_native(const __u8 *code, unsigned int len);

/** 1 if a function was made of that expression; NULL is of none. */
int uk_ax_native_is(uk_ax_function function, const __u8 *code,
		    unsigned int len);

/** The highest number of a register, gdb's, that it reads. */
unsigned int uk_ax_native_last_reg(uk_ax_function function);

extern const __u8 uk_ax_pool[];

/** 1 for an address in the pool. Contexts: any. */
static inline int uk_ax_native_contains(__vaddr_t addr)
{
	return addr - (__vaddr_t)uk_ax_pool < CONFIG_LIBUKAX_POOL_KB * 1024;
}

/** Gives its place back; NULL: nothing. Contexts: the same. */
void uk_ax_native_free(uk_ax_function function);

/** Shows the pool empty, as it is in the image's file, in a copy of memory. */
void uk_ax_native_hide(__vaddr_t addr, void *buf, __sz len);
#else
static inline uk_ax_function uk_ax_native(const __u8 *code __unused,
					  unsigned int len __unused)
{
	return __NULL;
}

static inline int uk_ax_native_is(uk_ax_function function __unused,
				  const __u8 *code __unused,
				  unsigned int len __unused)
{
	return 0;
}

static inline void uk_ax_native_free(uk_ax_function function __unused)
{
}

static inline int uk_ax_native_contains(__vaddr_t addr __unused)
{
	return 0;
}

static inline void uk_ax_native_hide(__vaddr_t addr __unused,
				     void *buf __unused, __sz len __unused)
{
}
#endif

#endif /* __UK_AX_NATIVE_H__ */
