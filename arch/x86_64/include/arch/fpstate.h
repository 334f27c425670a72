/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * x86_64's answer to <uk/arch/fpstate.h>. Bytes 0–511 are the FXSAVE area:
 * FCW 0, FSW 2, abridged FTW 4, FOP 6, FIP 8, FDP 16, MXCSR 24, MXCSR_MASK 28,
 * st0–st7 at 32 + 16 * n, xmm0–xmm15 at 160 + 16 * n. With XSAVE 64 bytes of
 * header follow at 512, then what CPUID.0DH says.
 */
#ifndef __UK_ARCH_FPSTATE_H__
#error "include <uk/arch/fpstate.h>"
#endif

#define UKARCH_FPSTATE_ALIGN 64
#define UKARCH_FPSTATE_SIZE_MAX 2816 /* AVX-512 included */

#define X86_FPSTATE_MXCSR 24
#define X86_FPSTATE_ST 32
#define X86_FPSTATE_XMM 160
#define X86_FPSTATE_LEGACY_SIZE 512

/**
 * Offset of a component of the XSAVE area in a buffer, 0 where this CPU has
 * none. Contexts: any.
 *
 * @param component 2: upper halves of ymm0–ymm15, 16 bytes each; 5: k0–k7;
 *   6: upper halves of zmm0–zmm15; 7: zmm16–zmm31 (SDM volume 1, 13.1)
 */
__u32 x86_fpstate_offset(unsigned int component);
