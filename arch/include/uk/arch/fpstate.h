/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Floating point and vector registers as memory: what a scheduler keeps of a
 * preempted thread, and a debugger reads and writes. Selected by
 *UKARCH_FPSTATE.
 *
 * The layout is the architecture's, described in <arch/fpstate.h>:
 *
 *   x86_64	FXSAVE area (Intel SDM volume 1, 10.5.1); where the CPU has AVX
 *		the XSAVE area in standard format (13.4), all components valid
 *   arm64	struct ukarch_fpstate: q0–q31, FPSR, FPCR
 */
#ifndef __UK_ARCH_FPSTATE_H__
#define __UK_ARCH_FPSTATE_H__

#include <uk/essentials.h>

/* Largest size that any supported CPU needs, for static buffers, and the
 * alignment of every buffer: UKARCH_FPSTATE_SIZE_MAX, UKARCH_FPSTATE_ALIGN.
 */
#include <arch/fpstate.h>

/**
 * Bytes that a buffer needs on this CPU. Contexts: any; constant once init
 * class early, priority 0, is through, and 512 on x86_64 before.
 */
__sz ukarch_fpstate_size(void);

/**
 * Stores all floating point and vector registers, or loads them. A buffer
 * that is loaded holds what was stored before, with registers changed or not;
 * on x86_64 reserved bits of MXCSR that are set fault (#GP).
 *
 * @param buf ukarch_fpstate_size() bytes, aligned to UKARCH_FPSTATE_ALIGN
 * Contexts: any; nothing but the buffer and those registers is touched.
 */
void ukarch_fpstate_save(void *buf);
void ukarch_fpstate_restore(const void *buf);

#endif /* __UK_ARCH_FPSTATE_H__ */
