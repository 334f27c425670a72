/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
#ifndef __SPIN_H__
#define __SPIN_H__

#include <uk/essentials.h>

/* Words of all vector registers together, 8 bytes each. */
#define SPIN_WORDS 64

/**
 * Loads all vector registers from `want`, then stores them to `have` and
 * compares, again and again, until *stop. Provided in arch/<arch>/spin.S.
 *
 * @param wide x86_64: registers are the 256 bits of AVX, else of SSE: the
 *   upper halves are left out
 * @return words that differed, over all rounds
 */
unsigned long spin_vectors(const __u64 *want, __u64 *have,
			   volatile unsigned int *stop, int wide,
			   unsigned long *rounds);

/** Spins with 0 in a register, rbx or x19, until other code changes it. */
void spin_register(volatile unsigned int *started);

/** Floating-point control: MXCSR, FPCR; with the rounding mode changed. */
unsigned long spin_control(void);
void spin_control_set(unsigned long value);
#define SPIN_ROUND_UP_X86_64 0x4000UL
#define SPIN_ROUND_UP_ARM64 0x400000UL

#endif /* __SPIN_H__ */
