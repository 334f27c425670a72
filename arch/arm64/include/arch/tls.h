/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * arm64's answer to <uk/arch/tls.h>: variant I. The thread pointer is
 * TPIDR_EL0 and points to two words, after which the variables begin.
 */
#ifndef __UK_ARCH_TLS_H__
#error "include <uk/arch/tls.h>"
#endif

#define ARM64_TCB_SIZE 16UL

static inline __uptr ukarch_tls_pointer(void)
{
	__uptr tp;

	__asm__ volatile("mrs %0, tpidr_el0" : "=r"(tp));
	return tp;
}

static inline void ukarch_tls_pointer_set(__uptr tp)
{
	__asm__ volatile("msr tpidr_el0, %0" : : "r"(tp) : "memory");
}

static inline __sz ukarch_tls_before(__sz size __unused, __sz align __unused)
{
	return 0;
}

static inline __sz ukarch_tls_behind(__sz size, __sz align)
{
	return ALIGN_UP(ARM64_TCB_SIZE, align) + size;
}

static inline __uptr ukarch_tls_vars(__uptr tp, __sz size __unused, __sz align)
{
	return tp + ALIGN_UP(ARM64_TCB_SIZE, align);
}

static inline void *ukarch_tls_setup(__uptr tp, __sz size, __sz align)
{
	((__uptr *)tp)[0] = ((__uptr *)tp)[1] = 0;
	return (void *)ukarch_tls_vars(tp, size, align);
}
