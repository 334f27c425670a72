/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * x86_64's answer to <uk/arch/tls.h>: variant II. The variables end at the
 * thread pointer, which is fs_base and points to itself.
 */
#ifndef __UK_ARCH_TLS_H__
#error "include <uk/arch/tls.h>"
#endif

#define X86_MSR_FS_BASE 0xc0000100

static inline __uptr ukarch_tls_pointer(void)
{
	__u32 lo, hi;

	__asm__ __volatile__("rdmsr"
			     : "=a"(lo), "=d"(hi)
			     : "c"(X86_MSR_FS_BASE));
	return (__uptr)hi << 32 | lo;
}

static inline void ukarch_tls_pointer_set(__uptr tp)
{
	__asm__ __volatile__("wrmsr"
			     :
			     : "a"((__u32)tp), "d"((__u32)(tp >> 32)),
			       "c"(X86_MSR_FS_BASE)
			     : "memory");
}

static inline __sz ukarch_tls_before(__sz size, __sz align)
{
	return ALIGN_UP(size, align);
}

static inline __sz ukarch_tls_behind(__sz size __unused, __sz align __unused)
{
	return sizeof(__uptr);
}

static inline __uptr ukarch_tls_vars(__uptr tp, __sz size, __sz align)
{
	return tp - ukarch_tls_before(size, align);
}

static inline void *ukarch_tls_setup(__uptr tp, __sz size, __sz align)
{
	*(__uptr *)tp = tp;
	return (void *)ukarch_tls_vars(tp, size, align);
}
