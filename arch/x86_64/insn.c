/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Where an instruction ends: prefixes, opcode, ModRM, SIB, displacement and
 * immediate, by the opcode maps of the SDM (volume 2, A.3). What does not
 * exist in 64-bit mode is refused; an opcode that is reserved gets the length
 * that its place in the map implies.
 */
#include <string.h>
#include <arch/insn.h>

struct cursor {
	const __u8 *p;
	unsigned int at, end;
};

/* The next byte; 0 after the end, and then at > end. */
static __u8 next(struct cursor *c)
{
	return c->at++ < c->end ? c->p[c->at - 1] : 0;
}

static int is_invalid_1(__u8 op)
{
	switch (op) {
	case 0x06:
	case 0x07:
	case 0x0e:
	case 0x16:
	case 0x17:
	case 0x1e:
	case 0x1f:
	case 0x27:
	case 0x2f:
	case 0x37:
	case 0x3f:
	case 0x60 ... 0x62:
	case 0x82:
	case 0x9a:
	case 0xce:
	case 0xd4 ... 0xd6:
	case 0xea:
		return 1;
	default:
		return 0;
	}
}

static int has_modrm_1(__u8 op)
{
	switch (op) {
	case 0x00 ... 0x3f:
		return (op & 7) < 4;
	case 0x63:
	case 0x69:
	case 0x6b:
	case 0x80 ... 0x8f:
	case 0xc0 ... 0xc1:
	case 0xc6 ... 0xc7:
	case 0xd0 ... 0xd3:
	case 0xd8 ... 0xdf:
	case 0xf6 ... 0xf7:
	case 0xfe ... 0xff:
		return 1;
	default:
		return 0;
	}
}

static int has_modrm_0f(__u8 op)
{
	switch (op) {
	case 0x05 ... 0x09:
	case 0x0b:
	case 0x0e:
	case 0x30 ... 0x37:
	case 0x77:
	case 0x80 ... 0x8f:
	case 0xa0 ... 0xa2:
	case 0xa8 ... 0xaa:
	case 0xc8 ... 0xcf:
		return 0;
	default:
		return 1;
	}
}

/* Bytes of an immediate of operand size, never more than four. */
static unsigned int imm_z(const struct x86_insn *in)
{
	return in->opsize && !(in->rex & X86_REX_W) ? 2 : 4;
}

static unsigned int imm_1(const struct x86_insn *in)
{
	unsigned int reg = in->modrm >> 3 & 7;

	switch (in->opcode) {
	case 0x00 ... 0x3f:
		return (in->opcode & 7) == 4   ? 1
		       : (in->opcode & 7) == 5 ? imm_z(in)
					       : 0;
	case 0x68:
	case 0x69:
	case 0x81:
	case 0xa9:
	case 0xc7:
		return imm_z(in);
	case 0x6a:
	case 0x6b:
	case 0x70 ... 0x7f:
	case 0x80:
	case 0x83:
	case 0xa8:
	case 0xb0 ... 0xb7:
	case 0xc0:
	case 0xc1:
	case 0xc6:
	case 0xcd:
	case 0xe0 ... 0xe7:
	case 0xeb:
		return 1;
	case 0xa0 ... 0xa3:
		return in->addr32 ? 4 : 8;
	case 0xb8 ... 0xbf:
		return in->rex & X86_REX_W ? 8 : imm_z(in);
	case 0xc2:
	case 0xca:
		return 2;
	case 0xc8:
		return 3;
	case 0xe8:
	case 0xe9:
		return 4;
	case 0xf6:
		return reg < 2 ? 1 : 0;
	case 0xf7:
		return reg < 2 ? imm_z(in) : 0;
	default:
		return 0;
	}
}

static unsigned int imm_0f(const struct x86_insn *in)
{
	switch (in->opcode) {
	case 0x0f:
	case 0x70 ... 0x73:
	case 0xa4:
	case 0xac:
	case 0xba:
	case 0xc2:
	case 0xc4 ... 0xc6:
		return 1;
	case 0x80 ... 0x8f:
		return 4;
	default:
		return 0;
	}
}

/* Legacy prefixes and REX; the byte after them. */
static __u8 prefixes(struct cursor *c, struct x86_insn *in)
{
	for (;;) {
		__u8 b = next(c);

		switch (b) {
		case 0x66:
			in->opsize = 1;
			break;
		case 0x67:
			in->addr32 = 1;
			break;
		case 0x64:
		case 0x65:
			in->segment = b;
			break;
		case 0xf2:
		case 0xf3:
			in->rep = b;
			break;
		case 0x26: /* in 64-bit mode without effect */
		case 0x2e:
		case 0x36:
		case 0x3e:
		case 0xf0:
			break;
		case 0x40 ... 0x4f:
			/* the last prefix, or it does not count */
			in->rex = b & 15;
			return next(c);
		default:
			return b;
		}
		if (c->at >= c->end)
			return 0;
	}
}

/* The prefix that the bits pp of VEX and EVEX stand for. */
static void implied_prefix(struct x86_insn *in, __u8 pp)
{
	static const __u8 rep[4] = { 0, 0, 0xf3, 0xf2 };

	in->opsize = (pp & 3) == 1;
	in->rep = rep[pp & 3];
}

/* VEX and EVEX (SDM volume 2, 2.3.5 and 2.7.1) say map, prefix and the bits
 * of REX in bits of theirs, some of them inverted.
 */
static int vector_prefix(struct cursor *c, struct x86_insn *in, __u8 first)
{
	static const __u8 maps[8] = { 0xff,	    X86_MAP_0F, X86_MAP_0F38,
				      X86_MAP_0F3A, 0xff,	X86_MAP_0F38,
				      X86_MAP_0F38, 0xff };
	__u8 p0 = next(c), last = p0;

	in->vector = first == 0x62 ? X86_EVEX : X86_VEX;
	in->map = X86_MAP_0F;
	in->rex = p0 & 0x80 ? 0 : X86_REX_R;
	if (first != 0xc5) {
		in->map = maps[p0 & 7];
		in->rex = ~p0 >> 5 & 7; /* R, X, B */
		last = next(c);
		in->rex |= last & 0x80 ? X86_REX_W : 0;
	}
	implied_prefix(in, last);
	in->vector_len = last & 4 ? 32 : 16;
	if (first == 0x62)
		in->vector_len = 16 << (next(c) >> 5 & 3);
	in->opcode = next(c);
	return in->map != 0xff;
}

static int opcode(struct cursor *c, struct x86_insn *in)
{
	__u8 b = prefixes(c, in);

	if (b == 0xc4 || b == 0xc5 || b == 0x62)
		return vector_prefix(c, in, b);
	in->map = X86_MAP_1;
	if (b == 0x0f) {
		in->map = X86_MAP_0F;
		b = next(c);
		if (b == 0x38 || b == 0x3a) {
			in->map = b == 0x38 ? X86_MAP_0F38 : X86_MAP_0F3A;
			b = next(c);
		}
	}
	in->opcode = b;
	return in->map != X86_MAP_1 || !is_invalid_1(b);
}

/* ModRM, SIB and displacement (SDM volume 2, 2.1.5). */
static void operand(struct cursor *c, struct x86_insn *in)
{
	unsigned int mod, rm, disp;

	in->has_modrm = 1;
	in->modrm_at = c->at;
	in->modrm = next(c);
	mod = in->modrm >> 6;
	rm = in->modrm & 7;
	/* moves to and from control and debug registers ignore mod */
	if (mod == 3 || (in->map == X86_MAP_0F && !in->vector &&
			 in->opcode >= 0x20 && in->opcode <= 0x23))
		return;
	disp = mod == 1 ? 1 : mod == 2 ? 4 : 0;
	if (rm == 4 && (next(c) & 7) == 5 && !mod)
		disp = 4;
	if (rm == 5 && !mod) {
		disp = 4;
		in->rip_rel = 1;
	}
	in->disp_at = c->at;
	c->at += disp;
}

int x86_insn_decode(const __u8 *p, __sz n, struct x86_insn *in)
{
	struct cursor c = { .p = p,
			    .end = n < X86_INSN_MAX ? n : X86_INSN_MAX };
	unsigned int imm;

	memset(in, 0, sizeof(*in));
	if (!opcode(&c, in))
		return 0;
	switch (in->map) {
	case X86_MAP_1:
		if (has_modrm_1(in->opcode))
			operand(&c, in);
		imm = imm_1(in);
		break;
	case X86_MAP_0F:
		if (in->vector ? in->opcode != 0x77 : has_modrm_0f(in->opcode))
			operand(&c, in);
		imm = imm_0f(in);
		break;
	default:
		operand(&c, in);
		imm = in->map == X86_MAP_0F3A;
	}
	in->imm_at = c.at;
	c.at += imm;
	in->len = c.at;
	return c.at <= c.end;
}
