/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * arm64's answer to <uk/arch/fpstate.h>.
 */
#ifndef __UK_ARCH_FPSTATE_H__
#error "include <uk/arch/fpstate.h>"
#endif

#define UKARCH_FPSTATE_ALIGN 16
#define UKARCH_FPSTATE_SIZE_MAX 528

struct ukarch_fpstate {
	__u64 q[32][2]; /* q<n>, low half first */
	__u32 fpsr;
	__u32 fpcr;
	__u64 reserved;
};
UK_CTASSERT(sizeof(struct ukarch_fpstate) == UKARCH_FPSTATE_SIZE_MAX);
