/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/* What each architecture must provide, beside emit.h and uk_ax_reg_offset(). */
#ifndef __AX_NATIVE_H__
#define __AX_NATIVE_H__

#include <uk/ax_native.h>

/** A function that uses no stack returns 1 to its caller. */
void native_return_1(struct __regs *regs);

#endif /* __AX_NATIVE_H__ */
