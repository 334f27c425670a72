/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/* The registers of lib/ukgdb's table in the state of a CPU; BRK. */
#include <string.h>
#include <arch/insn.h>
#include "../../stub.h"
#include "../../../../../lib/ukgdb/guest/arch/arm64/regs.h"

const unsigned int arch_break_len = 4;

const uint8_t *arch_break(const struct stub *s)
{
	static const uint8_t brk[] = { 0x00, 0x00, 0x20, 0xd4 };

	(void)s;
	return brk;
}

const uint64_t arch_entry_noted;

/* gdb puts that breakpoint at the entry of the image. */
uint64_t arch_entry_executable(uint64_t entry)
{
	return entry;
}

void arch_flush(struct stub *s, struct cpu *c)
{
	(void)s;
	(void)c;
}

unsigned int arch_trap_len(const uint8_t *insn)
{
	uint32_t word;

	memcpy(&word, insn, sizeof(word));
	return (word & 0xffe0001f) == 0xd4200000 ? sizeof(word) : 0;
}

int arch_is_sequence(const uint8_t *insn)
{
	uint32_t word;

	memcpy(&word, insn, sizeof(word));
	return arm64_insn_is_load_exclusive(word);
}

int arch_is_break(struct stub *s, struct cpu *c)
{
	(void)s;
	(void)c;
	return 0;
}

unsigned int arch_reg_parts(unsigned int nr)
{
	if (nr <= CPSR)
		return VMM_STATE_GENERAL;
	return nr <= FPCR ? VMM_STATE_VECTOR : VMM_STATE_SYSTEM;
}

static void *system_place(struct vmm_state *s, unsigned int nr)
{
	unsigned int i = SYSTEM;

/* The rate of the counter is no register of a CPU in KVM. */
#define cntfrq_el0 tpidr_el0
#define PLACE(reg, writable) \
	if (nr == i++)       \
		return &s->reg;
	SYSTEM_REGISTERS(PLACE)
#undef cntfrq_el0
	return NULL;
}

static void *place(struct vmm_state *s, unsigned int nr)
{
	if (nr <= LR)
		return &s->x[nr];
	if (nr >= V0 && nr < FPSR)
		return s->v[nr - V0];
	switch (nr) {
	case SP:
		return s->pstate & VMM_PSTATE_SP ? &s->sp_el1 : &s->sp_el0;
	case PC:
		return &s->pc;
	case CPSR:
		return &s->pstate;
	case FPSR:
		return &s->fpsr;
	case FPCR:
		return &s->fpcr;
	case TPIDR:
		return &s->tpidr_el0;
	default:
		return system_place(s, nr);
	}
}

int arch_reg_read(const struct vmm_state *s, unsigned int nr, void *buf)
{
	if (nr == N_REGS - 1)
		return -ENODATA;
	memcpy(buf, place((struct vmm_state *)s, nr),
	       gdb_arch_regs[nr].bits / 8);
	return 0;
}

static int is_writable(unsigned int nr)
{
	unsigned int i = SYSTEM;

#define WRITABLE(reg, writable) \
	if (nr == i++)          \
		return writable;
	SYSTEM_REGISTERS(WRITABLE)
	return 1;
}

int arch_reg_write(struct vmm_state *s, unsigned int nr, const void *buf)
{
	void *at = place(s, nr);

	if (!is_writable(nr))
		return memcmp(at, buf, 8) ? -EROFS : 0;
	memcpy(at, buf, gdb_arch_regs[nr].bits / 8);
	return 0;
}

void arch_system_registers(const struct vmm_state *s,
			   void (*fn)(void *ctx, const char *name,
				      uint64_t value),
			   void *ctx)
{
#define SHOW(name, op0, op1, crn, crm, op2, writable) fn(ctx, #name, s->name);
	VMM_SYSTEM_REGISTERS(SHOW)
#undef SHOW
}

uint64_t arch_pc(const struct vmm_state *s)
{
	return s->pc;
}

void arch_pc_set(struct vmm_state *s, uint64_t pc)
{
	s->pc = pc;
}

void arch_describe(struct stub *s)
{
	s->target.addr_bits = 48;
}
