/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Traps as handlers see them: described correctly, resumed at the place and
 * with the registers that the handler sets, nested, and from stacks without
 * room.
 */
#include <string.h>
#include <uk/percpu.h>
#include <uk/stack.h>
#include <uk/test.h>
#include <uk/trap.h>
#include "raise.h"

/* What the handler does, and what it saw of the first trap. */
static struct {
	int armed;
	unsigned int
		cpu; /* that the test runs on; traps of others are not taken */
	int answer;
	__uptr resume;
	int invert;   /* turns every bit of the registers */
	__u64 nested; /* raise_read() of that address in the handler */
	unsigned int count;
	struct ukarch_trap_ctx ctx;
	struct __regs regs;
	unsigned int depth, nested_depth;
	int is_current, nested_knows_outer, outer_changed;
} seen;

static void invert_registers(struct __regs *regs)
{
	for (unsigned int i = 0; i < ukarch_reg_count; i++) {
		const struct ukarch_reg_desc *d = &ukarch_reg_descs[i];
		__u64 *reg = (__u64 *)((char *)regs + d->offset);

		*reg ^= raise_all_mask(d->name);
	}
}

static void look(const struct ukarch_trap_ctx *ctx)
{
	seen.ctx = *ctx;
	seen.regs = *ctx->regs;
	seen.depth = uk_percpu_read(trap_depth);
	seen.is_current = uk_percpu_read(trap) == ctx;
	if (!seen.nested)
		return;
	raise_read(seen.nested);
	seen.outer_changed = memcmp(&seen.regs, ctx->regs, sizeof(seen.regs)) ||
			     memcmp(&seen.ctx, ctx, sizeof(seen.ctx));
}

static int take(void *data)
{
	struct ukarch_trap_ctx *ctx = data;
	int is_first;

	if (!seen.armed || uk_percpu_id() != seen.cpu)
		return UK_EVENT_NOT_HANDLED;
	is_first = !seen.count++;
	if (is_first) {
		look(ctx);
	} else {
		seen.nested_depth = uk_percpu_read(trap_depth);
		seen.nested_knows_outer = ctx->outer &&
					  ctx->outer->regs == seen.ctx.regs;
	}
	if (is_first && seen.invert)
		invert_registers(ctx->regs);
	ukarch_regs_set_pc(ctx->regs,
			   is_first ? seen.resume : (__uptr)raise_end);
	raise_arch_resume(ctx->regs);
	return seen.answer;
}

UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_DEBUG, take, 0);
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_PAGE_FAULT, take, 0);
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_BUS_ERROR, take, 0);
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_INVALID_OP, take, 0);
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_MATH, take, 0);
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_X86_GP, take, 0);
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_IRQ, take, 0);
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_OTHER, take, 0);

static void arm(void)
{
	memset(&seen, 0, sizeof(seen));
	seen.answer = UK_EVENT_HANDLED;
	seen.resume = (__uptr)raise_end;
	seen.cpu = uk_percpu_id();
	seen.armed = 1;
}

/* --- in the right terms ----------------------------------------------------*/

#define UNMAPPED 0x5a5a5a5a000
#define PF "UKARCH_TRAP_PAGE_FAULT"

UK_STACK_DEFINE(trap_test_stack, "trap test", 4 * __PAGE_SIZE);

static const __u64 constant = 1;
static __u64 variable;

static const struct raise_kind kinds[] = {
	{ raise_breakpoint, 0, raise_breakpoint_insn, "UKARCH_TRAP_DEBUG",
	  UKARCH_WHY_BREAKPOINT, UKARCH_ACCESS_NONE, 0, 0 },
	{ raise_undefined, 0, raise_undefined_insn, "UKARCH_TRAP_INVALID_OP",
	  UKARCH_WHY_UNDEFINED, UKARCH_ACCESS_NONE, 0, 0 },
	{ raise_read, 0, raise_read_insn, PF, UKARCH_WHY_NOT_MAPPED,
	  UKARCH_ACCESS_READ, 1, 0 },
	{ raise_read, UNMAPPED + 5, raise_read_insn, PF, UKARCH_WHY_NOT_MAPPED,
	  UKARCH_ACCESS_READ, 1, 0 },
	{ raise_write, 4095, raise_write_insn, PF, UKARCH_WHY_NOT_MAPPED,
	  UKARCH_ACCESS_WRITE, 1, 0 },
	{ raise_write, (__u64)trap_test_stack + 4095, raise_write_insn, PF,
	  UKARCH_WHY_NOT_MAPPED, UKARCH_ACCESS_WRITE, 1, 0 },
	{ raise_read, (__u64)trap_test_stack, raise_read_insn, PF,
	  UKARCH_WHY_NOT_MAPPED, UKARCH_ACCESS_READ, 1, 0 },
	{ raise_write, (__u64)&constant, raise_write_insn, PF,
	  UKARCH_WHY_READ_ONLY, UKARCH_ACCESS_WRITE, 1, 0 },
	{ raise_write, (__u64)raise_end, raise_write_insn, PF,
	  UKARCH_WHY_READ_ONLY, UKARCH_ACCESS_WRITE, 1, 0 },
	{ raise_exec, (__u64)&variable, NULL, PF, UKARCH_WHY_NOT_EXEC,
	  UKARCH_ACCESS_EXEC, 1, 0 },
	{ raise_exec, (__u64)&constant, NULL, PF, UKARCH_WHY_NOT_EXEC,
	  UKARCH_ACCESS_EXEC, 1, 0 },
	{ raise_exec, UNMAPPED, NULL, PF, UKARCH_WHY_NOT_MAPPED,
	  UKARCH_ACCESS_EXEC, 1, 0 },
};

static void check_kind(const struct raise_kind *kind)
{
	const void *insn = kind->insn ? kind->insn : (const void *)kind->arg;

	arm();
	kind->run(kind->arg);
	seen.armed = 0;
	UK_TEST_ASSERT_UNUM_EQ(seen.count, 1);
	UK_TEST_EXPECT_ZERO(strcmp(seen.ctx.event_name, kind->event));
	UK_TEST_EXPECT_SNUM_EQ(seen.ctx.why, kind->why);
	UK_TEST_EXPECT_SNUM_EQ(seen.ctx.access, kind->access);
	UK_TEST_EXPECT_SNUM_EQ(seen.ctx.addr_valid, kind->addr_valid);
	if (kind->align)
		UK_TEST_EXPECT_UNUM_EQ(seen.ctx.align, kind->align);
	if (kind->addr_valid)
		UK_TEST_EXPECT_PTR_EQ((void *)seen.ctx.fault_address,
				      (void *)kind->arg);
	UK_TEST_EXPECT_PTR_EQ((void *)ukarch_regs_pc(&seen.regs), insn);
	UK_TEST_EXPECT_UNUM_EQ(seen.depth, 1);
	UK_TEST_EXPECT(seen.is_current);
	UK_TEST_EXPECT_NULL(seen.ctx.outer);
	UK_TEST_EXPECT_ZERO(uk_percpu_read(trap_depth));
	UK_TEST_EXPECT_NULL(uk_percpu_read(trap));
}

UK_TESTCASE(uktrap, common_kinds)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++)
		check_kind(&kinds[i]);
}

UK_TESTCASE(uktrap, kinds_of_the_architecture)
{
	for (unsigned int i = 0; i < raise_arch_count; i++)
		check_kind(&raise_arch_kinds[i]);
}

UK_TESTCASE(uktrap, handled_and_continue_resumes)
{
	arm();
	seen.answer = UK_EVENT_HANDLED_CONT;
	raise_read(0);
	seen.armed = 0;
	UK_TEST_EXPECT_UNUM_EQ(seen.count, 1);
}

/* --- registers -------------------------------------------------------------*/

static __u64 reg_of(const struct __regs *regs, const struct ukarch_reg_desc *d)
{
	return ukarch_reg_get(regs, d) & raise_all_mask(d->name);
}

/* In each register a value of its own; in the flags every second one set. */
static void fill_registers(struct __regs *in)
{
	ukarch_regs_capture(in);
	for (unsigned int i = 0; i < ukarch_reg_count; i++) {
		const struct ukarch_reg_desc *d = &ukarch_reg_descs[i];
		__u64 *reg = (__u64 *)((char *)in + d->offset);
		__u64 mask = raise_all_mask(d->name);
		__u64 value = 0x5151515151515151UL * (i + 1);

		*reg = (*reg & ~mask) | (value & mask);
	}
}

static void check_registers(__u64 nested, int invert)
{
	struct __regs in, out;
	unsigned int compared = 0;

	fill_registers(&in);
	memset(&out, 0, sizeof(out));
	arm();
	seen.resume = (__uptr)raise_all_resume;
	seen.nested = nested;
	seen.invert = invert;
	raise_all(&in, &out);
	seen.armed = 0;
	UK_TEST_EXPECT_UNUM_EQ(seen.count, nested ? 2 : 1);
	UK_TEST_EXPECT_PTR_EQ((void *)ukarch_regs_pc(&seen.regs),
			      raise_all_insn);
	for (unsigned int i = 0; i < ukarch_reg_count; i++) {
		const struct ukarch_reg_desc *d = &ukarch_reg_descs[i];
		__u64 mask = raise_all_mask(d->name);

		UK_TEST_EXPECT_UNUM_EQ(reg_of(&seen.regs, d), reg_of(&in, d));
		UK_TEST_EXPECT_UNUM_EQ(reg_of(&out, d),
				       reg_of(&in, d) ^ (invert ? mask : 0));
		compared += mask != 0;
	}
	UK_TEST_EXPECT_UNUM_GE(compared, 16);
}

UK_TESTCASE(uktrap, every_register_survives)
{
	check_registers(0, 0);
}

UK_TESTCASE(uktrap, every_register_can_be_changed)
{
	check_registers(0, 1);
}

UK_TESTCASE(uktrap, every_register_survives_a_nested_trap)
{
	check_registers(8, 0);
}

/* --- nested, and on bad stacks ---------------------------------------------*/

static void check_nested(void)
{
	UK_TEST_EXPECT_UNUM_EQ(seen.count, 2);
	UK_TEST_EXPECT(!seen.outer_changed);
	UK_TEST_EXPECT_UNUM_EQ(seen.depth, 1);
	UK_TEST_EXPECT_UNUM_EQ(seen.nested_depth, 2);
	UK_TEST_EXPECT(seen.nested_knows_outer);
	UK_TEST_EXPECT_ZERO(uk_percpu_read(trap_depth));
}

UK_TESTCASE(uktrap, a_fault_in_a_handler_leaves_the_frame_alone)
{
	arm();
	seen.nested = 16;
	raise_read(0);
	seen.armed = 0;
	check_nested();
}

/* The faulting instruction is reached with 0 to 8000 bytes of stack left. */
UK_TESTCASE(uktrap, stacks_without_room)
{
	char *base = trap_test_stack + __PAGE_SIZE;

	for (__sz left = 48; left < 8100; left += left < 700 ? 16 : 304) {
		arm();
		seen.nested = 16;
		raise_on_stack(raise_read, 0, base + left);
		seen.armed = 0;
		check_nested();
		UK_TEST_ASSERT(ukarch_regs_sp(&seen.regs) <
			       (__uptr)base + left);
		UK_TEST_ASSERT(ukarch_regs_sp(&seen.regs) >=
			       (__uptr)base + left - 48);
	}
}

uk_testsuite_register(uktrap, NULL);
