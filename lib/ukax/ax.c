/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The interpreter of agent expressions, by which a debugger's conditions are
 * decided without asking it. GDB manual, appendix F.1 and F.2.
 *
 * A stack machine on 64-bit values. It trusts nothing: every operation checks
 * its operands, the stack, and what memory and registers answer, and an
 * expression ends after so many steps. What it does not know (floating point)
 * is an error as well, so that nothing is decided by an expression that was
 * not understood.
 */
#include <uk/ax.h>
#include "op.h"

#define STACK 64

/*
 * Bytes of operands, values taken, and how many values below those leave no
 * room for what is given: any number, where there is no such operation.
 */
struct shape {
	__u8 operands;
	__u8 takes;
	__u8 full;
};

/* clang-format off */
#define SHAPE(operands, takes, gives) { operands, takes, STACK - (gives) + 1 }
static const struct shape shapes[OP_COUNT] = {
	[OP_ADD ... OP_RSH_UNSIGNED] = SHAPE(0, 2, 1),
	[OP_LOG_NOT] = SHAPE(0, 1, 1),
	[OP_BIT_AND ... OP_BIT_XOR] = SHAPE(0, 2, 1),
	[OP_BIT_NOT] = SHAPE(0, 1, 1),
	[OP_EQUAL ... OP_LESS_UNSIGNED] = SHAPE(0, 2, 1),
	[OP_EXT] = SHAPE(1, 1, 1),
	[OP_REF8 ... OP_REF64] = SHAPE(0, 1, 1),
	[OP_IF_GOTO] = SHAPE(2, 1, 0),
	[OP_GOTO] = SHAPE(2, 0, 0),
	[OP_CONST8] = SHAPE(1, 0, 1),
	[OP_CONST16] = SHAPE(2, 0, 1),
	[OP_CONST32] = SHAPE(4, 0, 1),
	[OP_CONST64] = SHAPE(8, 0, 1),
	[OP_REG] = SHAPE(2, 0, 1),
	[OP_END] = SHAPE(0, 0, 0),
	[OP_DUP] = SHAPE(0, 1, 2),
	[OP_POP] = SHAPE(0, 1, 0),
	[OP_ZERO_EXT] = SHAPE(1, 1, 1),
	[OP_SWAP] = SHAPE(0, 2, 2),
	[OP_PICK] = SHAPE(1, 0, 1),
	[OP_ROT] = SHAPE(0, 3, 3),
	[OP_PRINTF] = SHAPE(3, 2, 0),
	[OP_TRACE] = SHAPE(0, 2, 0),
	[OP_TRACE_QUICK] = SHAPE(1, 1, 1),
	[OP_GETV] = SHAPE(2, 0, 1),
	[OP_SETV] = SHAPE(2, 1, 1),
	[OP_TRACEV] = SHAPE(2, 0, 0),
	[OP_TRACENZ] = SHAPE(0, 2, 0),
	[OP_TRACE16] = SHAPE(2, 1, 1),
};
/* clang-format on */

static __u64 operand(const __u8 *p, unsigned int n)
{
	__u64 v = 0;

	while (n--)
		v = v << 8 | *p++;
	return v;
}

/* Both operands of a division are 64 bits wide; INT64_MIN / -1 wraps. */
static int divide(struct uk_ax *ax, enum op op, __u64 *a, __u64 b)
{
	__s64 sa = *a, sb = b;

	if (!b)
		return uk_ax_fail(ax, "division by zero");
	if (op == OP_DIV_SIGNED)
		*a = sb == -1 ? -*a : (__u64)(sa / sb);
	else if (op == OP_DIV_UNSIGNED)
		*a /= b;
	else if (op == OP_REM_SIGNED)
		*a = sb == -1 ? 0 : (__u64)(sa % sb);
	else
		*a %= b;
	return 0;
}

static __u64 shift(enum op op, __u64 a, __u64 by)
{
	if (op == OP_RSH_SIGNED)
		return (__s64)a >> MIN(by, 63UL);
	if (by > 63)
		return 0;
	return op == OP_LSH ? a << by : a >> by;
}

static __u64 sign_extend(__u64 v, unsigned int bits)
{
	return (__s64)(v << (64 - bits)) >> (64 - bits);
}

static int extend(struct uk_ax *ax, enum op op, unsigned int bits, __u64 *v)
{
	if (bits - 1 > 63)
		return uk_ax_fail(ax, "bad width");
	if (op == OP_EXT)
		*v = sign_extend(*v, bits);
	else
		*v = *v << (64 - bits) >> (64 - bits);
	return 0;
}

/* Memory is little-endian on every architecture there is. */
static int fetch(struct uk_ax *ax, unsigned int bytes, __u64 *v)
{
	__u64 addr = *v;

	*v = 0;
	if (addr + bytes - 1 >= addr &&
	    ax->ops->mem(ax, addr, v, bytes) == bytes)
		return 0;
	uk_ax_fail(ax, "memory refused");
	ax->error_memory = 1;
	ax->error_addr = addr;
	return -EFAULT;
}

/* The stack with the arguments on top, the first one uppermost. */
static int do_printf(struct uk_ax *ax, const __u8 *code, unsigned int left,
		     const __u64 *top, unsigned int depth)
{
	unsigned int n_args = code[0], n = operand(code + 1, 2);

	if (!ax->ops->printf)
		return uk_ax_fail(ax, "unknown operation");
	if (!n || n > left - 3 || code[3 + n - 1])
		return uk_ax_fail(ax, "unterminated format");
	if (depth < n_args)
		return uk_ax_fail(ax, "stack empty");
	return ax->ops->printf(ax, (const char *)code + 3, top - 1, n_args);
}

/* What a tracepoint's expressions do: `n` is the variable or the length. */
static int trace(struct uk_ax *ax, enum op op, __u64 v, __u64 n, __u64 *to)
{
	const struct uk_ax_trace_ops *t = ax->ops->trace;

	if (!t)
		return uk_ax_fail(ax, "unknown operation");
	switch (op) {
	case OP_TRACENZ:
		return t->string(ax, v, n);
	case OP_GETV:
		return t->get(ax, n, to);
	case OP_SETV:
		return t->set(ax, n, v);
	case OP_TRACEV:
		return t->record(ax, n);
	default:
		return t->memory(ax, v, n);
	}
}

static int refuse(struct uk_ax *ax, const struct shape *shape,
		  unsigned int left, unsigned int depth)
{
	if (!shape->full)
		return uk_ax_fail(ax, "unknown operation");
	if (left < shape->operands)
		return uk_ax_fail(ax, "cut off");
	return uk_ax_fail(ax,
			  depth < shape->takes ? "stack empty" : "stack full");
}

/* Adds the constant that p adds to a sum, if it does. @return after that */
static const __u8 *sum(const __u8 *p, const __u8 *end, __u64 *v)
{
	unsigned int n = p[0] - OP_CONST8 + 1; /* 1 or 2 bytes */
	const __u8 *q = p + 1 + n;
	__u64 k;

	if (n - 1 > 1 || end - p < n + 4)
		return p;
	k = n == 1 ? p[1] : p[1] << 8 | p[2];
	if (q[0] == OP_EXT && q[1] == 8 * n) {
		k = sign_extend(k, 8 * n);
		q += 2;
	}
	if (q[0] != OP_ADD)
		return p;
	*v += k;
	return q + 1;
}

/*
 * How gdb says "a local variable": a register, plus one constant or two, and
 * then what is there, of so many bytes, with a sign or not. All of that is
 * done in one go where it stands in one piece; who jumps into its middle
 * finds the single operations. @return the code after; NULL if memory refuses
 */
static const __u8 *local(struct uk_ax *ax, const __u8 *p, const __u8 *end,
			 __u64 *v)
{
	const __u8 *q;

	while (end - p > 1) {
		q = sum(p, end, v);
		if (q == p)
			break;
		p = q;
	}
	if (end - p < 3 || p[0] < OP_REF8 || p[0] > OP_REF64)
		return p;
	if (fetch(ax, 1U << (p[0] - OP_REF8), v))
		return __NULL;
	p++;
	if (p[0] == OP_EXT && p[1] - 1U < 64) {
		*v = sign_extend(*v, p[1]);
		p += 2;
	}
	return p;
}

/*
 * One loop and one switch, in spite of its length: this is what a breakpoint
 * in a loop of the program costs. Jumps back are paid for by the distance, so
 * that straight code costs no count.
 */
int uk_ax_eval(struct uk_ax *ax, const __u8 *code, unsigned int len,
	       __u64 *value)
{
	__u64 stack[STACK], *top = stack, v; /* top: past the uppermost */
	unsigned int pc = 0, to, budget = CONFIG_LIBUKAX_STEPS;
	int error = 0;

	while (!error) {
		const __u8 *p = code + pc;
		struct shape shape;
		enum op op;

		if (pc >= len || *p >= OP_COUNT)
			return uk_ax_fail(ax, pc >= len ? "cut off"
							: "unknown operation");
		op = *p++;
		shape = shapes[op];
		if ((__sz)(top - stack) - shape.takes >= shape.full ||
		    len - pc - 1 < shape.operands)
			return refuse(ax, &shape, len - pc - 1, top - stack);
		pc += 1 + shape.operands;
		switch (op) {
		case OP_ADD:
			top--;
			top[-1] += top[0];
			break;
		case OP_SUB:
			top--;
			top[-1] -= top[0];
			break;
		case OP_MUL:
			top--;
			top[-1] *= top[0];
			break;
		case OP_DIV_SIGNED:
		case OP_DIV_UNSIGNED:
		case OP_REM_SIGNED:
		case OP_REM_UNSIGNED:
			top--;
			error = divide(ax, op, &top[-1], top[0]);
			break;
		case OP_LSH:
		case OP_RSH_SIGNED:
		case OP_RSH_UNSIGNED:
			top--;
			top[-1] = shift(op, top[-1], top[0]);
			break;
		case OP_LOG_NOT:
			top[-1] = !top[-1];
			break;
		case OP_BIT_AND:
			top--;
			top[-1] &= top[0];
			break;
		case OP_BIT_OR:
			top--;
			top[-1] |= top[0];
			break;
		case OP_BIT_XOR:
			top--;
			top[-1] ^= top[0];
			break;
		case OP_BIT_NOT:
			top[-1] = ~top[-1];
			break;
		case OP_EQUAL:
			top--;
			top[-1] = top[-1] == top[0];
			break;
		case OP_LESS_SIGNED:
			top--;
			top[-1] = (__s64)top[-1] < (__s64)top[0];
			break;
		case OP_LESS_UNSIGNED:
			top--;
			top[-1] = top[-1] < top[0];
			break;
		case OP_EXT:
		case OP_ZERO_EXT:
			error = extend(ax, op, *p, &top[-1]);
			break;
		case OP_REF8:
		case OP_REF16:
		case OP_REF32:
		case OP_REF64:
			error = fetch(ax, 1U << (op - OP_REF8), &top[-1]);
			break;
		case OP_IF_GOTO:
			if (!*--top)
				break;
			/* fall through */
		case OP_GOTO:
			to = p[0] << 8 | p[1];
			if (to < pc && budget < pc - to)
				return uk_ax_fail(ax, "too many steps");
			budget -= to < pc ? pc - to : 0;
			pc = to;
			break;
		case OP_CONST8:
			v = *p;
			if (len - pc >= 2 && code[pc] == OP_EXT &&
			    code[pc + 1] == 8) {
				v = (__s8)v;
				pc += 2;
			}
			*top++ = v;
			break;
		case OP_CONST16:
		case OP_CONST32:
		case OP_CONST64:
			*top++ = operand(p, shape.operands);
			break;
		case OP_REG:
			if (ax->ops->reg(ax, p[0] << 8 | p[1], top))
				return uk_ax_fail(ax, "no such register");
			p = local(ax, code + pc, code + len, top++);
			if (!p)
				return -EFAULT;
			pc = p - code;
			break;
		case OP_DUP:
			top[0] = top[-1];
			top++;
			break;
		case OP_POP:
			top--;
			break;
		case OP_SWAP:
			v = top[-1];
			top[-1] = top[-2];
			top[-2] = v;
			break;
		case OP_PICK:
			if (*p >= top - stack)
				return uk_ax_fail(ax, "stack empty");
			top[0] = top[-1 - *p];
			top++;
			break;
		case OP_ROT: /* a b c => c a b */
			v = top[-1];
			top[-1] = top[-2];
			top[-2] = top[-3];
			top[-3] = v;
			break;
		case OP_PRINTF:
			top -= 2; /* function and channel */
			error = do_printf(ax, p, len - (p - code), top,
					  top - stack);
			top -= *p;
			pc += operand(p + 1, 2);
			break;
		case OP_TRACE:
		case OP_TRACENZ:
			top -= 2;
			error = trace(ax, op, top[0], top[1], __NULL);
			break;
		case OP_TRACE_QUICK:
		case OP_TRACE16:
			error = trace(ax, op, top[-1],
				      operand(p, shape.operands), __NULL);
			break;
		case OP_GETV:
			error = trace(ax, op, 0, operand(p, 2), top++);
			break;
		case OP_SETV:
			error = trace(ax, op, top[-1], operand(p, 2), __NULL);
			break;
		case OP_TRACEV:
			error = trace(ax, op, 0, operand(p, 2), __NULL);
			break;
		default: /* OP_END: refuse() has seen to the others */
			*value = top > stack ? top[-1] : 0;
			return 0;
		}
	}
	return error;
}
