/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
#ifndef __FPSTATE_INTERNAL_H__
#define __FPSTATE_INTERNAL_H__

#include <uk/essentials.h>

/* XCR0, the operand of XSAVE and XRSTOR; 0: FXSAVE and FXRSTOR instead. */
extern __u32 x86_fpstate_mask;

#endif /* __FPSTATE_INTERNAL_H__ */
