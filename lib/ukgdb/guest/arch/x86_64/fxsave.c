/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * x87 and vector registers in the FXSAVE or XSAVE area. Also part of the
 * monitor (support/vmm): it calls nothing but x86_fpstate_offset().
 */
#include <errno.h>
#include <string.h>
#include <uk/arch/fpstate.h>
#include "../../gdb_regs.h"
#include "regs.h"

int gdb_arch_reg_is_fp(unsigned int nr)
{
	return (nr >= ST0 && nr <= MXCSR) || nr >= YMM0H;
}

/* Offset and bytes of what has a place of its own there. */
static int fxsave_at(unsigned int nr, unsigned int *bytes)
{
	if (nr >= YMM0H) {
		*bytes = 16;
		return x86_fpstate_offset(2) + 16 * (nr - YMM0H);
	}
	if (nr >= XMM0 && nr < MXCSR) {
		*bytes = 16;
		return X86_FPSTATE_XMM + 16 * (nr - XMM0);
	}
	if (nr >= ST0 && nr < FCTRL) {
		*bytes = 10;
		return X86_FPSTATE_ST + 16 * (nr - ST0);
	}
	*bytes = 2;
	switch (nr) {
	case MXCSR:
		*bytes = 4;
		return X86_FPSTATE_MXCSR;
	case FCTRL:
		return 0;
	case FSTAT:
		return 2;
	case FOP:
		return 6;
	case FIOFF:
		*bytes = 4;
		return 8;
	case FISEG:
		return 12;
	case FOOFF:
		*bytes = 4;
		return 16;
	case FOSEG:
		return 20;
	default:
		return -1;
	}
}

/* The x87 tag word from the abridged one and the values (SDM volume 1,
 * 10.5.1.1): valid 0, zero 1, special 2, empty 3.
 */
static __u32 tag_word(const __u8 *fx)
{
	unsigned int top = fx[3] >> 3 & 7;
	__u32 tags = 0;

	for (unsigned int phys = 0; phys < 8; phys++) {
		const __u8 *st = fx + X86_FPSTATE_ST + 16 * ((phys - top) & 7);
		__u64 fraction;
		__u32 exponent, tag = 3;

		memcpy(&fraction, st, 8);
		exponent = (st[8] | st[9] << 8) & 0x7fff;
		if (fx[4] >> phys & 1)
			tag = exponent == 0x7fff	       ? 2
			      : !exponent && !fraction	       ? 1
			      : !exponent || !(fraction >> 63) ? 2
							       : 0;
		tags |= tag << (2 * phys);
	}
	return tags;
}

int gdb_fx_read(const __u8 *fx, unsigned int nr, void *buf)
{
	unsigned int bytes;
	int at = fxsave_at(nr, &bytes);
	__u32 tags;

	if (nr == FTAG) {
		tags = tag_word(fx);
		memcpy(buf, &tags, 4);
		return 0;
	}
	memset(buf, 0, gdb_arch_regs[nr].bits / 8);
	memcpy(buf, fx + at, bytes);
	return 0;
}

int gdb_fx_write(__u8 *fx, unsigned int nr, const void *buf)
{
	unsigned int bytes;
	int at = fxsave_at(nr, &bytes);
	__u32 v = 0, mask;

	if (nr == FTAG) {
		memcpy(&v, buf, 4);
		fx[4] = 0;
		for (unsigned int i = 0; i < 8; i++)
			fx[4] |= ((v >> (2 * i) & 3) != 3) << i;
		return 0;
	}
	if (nr == MXCSR) { /* a reserved bit would fault on the way back */
		memcpy(&v, buf, 4);
		memcpy(&mask, fx + 28, 4);
		if (v & ~(mask ? mask : 0xffbfU))
			return -EINVAL;
	}
	memcpy(fx + at, buf, bytes);
	return 0;
}
