/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The registers of lib/ukgdb's table in the state of a CPU, and the breakpoint
 * instruction: INT3 where KVM lets that exit, else HLT, which exits if there is
 * no interrupt controller.
 */
#include <cpuid.h>
#include <stdio.h>
#include <string.h>
#include <uk/arch/fpstate.h>
#include "../../stub.h"
#include "../../../../../lib/ukgdb/guest/arch/x86_64/regs.h"

#define XSAVE_BV 512 /* components that are not in their initial state */
#define X87_SSE 3
#define AVX 2

const unsigned int arch_break_len = 1;

const uint8_t *arch_break(const struct stub *s)
{
	static const uint8_t int3 = 0xcc, hlt = 0xf4;

	return s->probe.software ? &int3 : &hlt;
}

#define PTE_NX (1UL << 63)
#define CR4_PGE 0x80UL

const uint64_t arch_entry_noted = 0x60; /* accessed, dirty */

uint64_t arch_entry_executable(uint64_t entry)
{
	return entry & ~PTE_NX;
}

/* A change of CR4.PGE flushes the TLB (SDM volume 3, 4.10.4.1). */
void arch_flush(struct stub *s, struct cpu *c)
{
	struct vmm_state *state = stub_state(s, c, VMM_STATE_SYSTEM);

	if (!state)
		return;
	for (unsigned int i = 0; i < 2; i++) {
		state->cr4 ^= CR4_PGE;
		vmm_state_set(c->v, state, VMM_STATE_SYSTEM);
	}
}

unsigned int arch_trap_len(const uint8_t *insn)
{
	return insn[0] == 0xcc ? 1 : insn[0] == 0xcd && insn[1] == 3 ? 2 : 0;
}

int arch_is_sequence(const uint8_t *insn)
{
	(void)insn;
	return 0;
}

int arch_is_break(struct stub *s, struct cpu *c)
{
	struct vmm_state *state;

	if (c->exit.why != VMM_EXIT_HALT)
		return 0;
	state = stub_state(s, c, VMM_STATE_GENERAL);
	if (!state || !points_text(s, c, state->rip - 1))
		return 0;
	state->rip--;
	return !vmm_state_set(c->v, state, VMM_STATE_GENERAL);
}

static int is_fp(unsigned int nr)
{
	return (nr >= ST0 && nr <= MXCSR) || nr >= YMM0H;
}

unsigned int arch_reg_parts(unsigned int nr)
{
	if (is_fp(nr))
		return VMM_STATE_VECTOR;
	if (nr == DR6 || nr == DR7)
		return VMM_STATE_DEBUG;
	return nr <= EFLAGS ? VMM_STATE_GENERAL : VMM_STATE_SYSTEM;
}

/* Where the value is, and its bytes there; NULL: there is none. */
static void *place(struct vmm_state *s, unsigned int nr, size_t *bytes)
{
	static const uint8_t segments[] = { VMM_CS, VMM_SS, VMM_DS,
					    VMM_ES, VMM_FS, VMM_GS };

	*bytes = 8;
	if (nr < RIP)
		return &s->gpr[nr];
	if (nr >= CS && nr <= GS) {
		*bytes = 2;
		return &s->seg[segments[nr - CS]].selector;
	}
	switch (nr) {
	case RIP:
		return &s->rip;
	case EFLAGS:
		*bytes = 4;
		return &s->rflags;
	case FS_BASE:
		return &s->seg[VMM_FS].base;
	case GS_BASE:
		return &s->seg[VMM_GS].base;
	case CR0:
		return &s->cr0;
	case CR2:
		return &s->cr2;
	case CR3:
		return &s->cr3;
	case CR4:
		return &s->cr4;
	case CR8:
		return &s->cr8;
	case EFER:
		return &s->efer;
	case DR6:
		return &s->dr[6];
	case DR7:
		return &s->dr[7];
	default:
		return NULL;
	}
}

void arch_system_registers(const struct vmm_state *s,
			   void (*fn)(void *ctx, const char *name,
				      uint64_t value),
			   void *ctx)
{
	static const char *const segments[VMM_SEGMENTS] = {
		[VMM_CS] = "cs", [VMM_SS] = "ss",   [VMM_DS] = "ds",
		[VMM_ES] = "es", [VMM_FS] = "fs",   [VMM_GS] = "gs",
		[VMM_TR] = "tr", [VMM_LDT] = "ldt",
	};
	char name[16];

	fn(ctx, "cr0", s->cr0);
	fn(ctx, "cr2", s->cr2);
	fn(ctx, "cr3", s->cr3);
	fn(ctx, "cr4", s->cr4);
	fn(ctx, "cr8", s->cr8);
	fn(ctx, "efer", s->efer);
	fn(ctx, "gdt.base", s->gdt_base);
	fn(ctx, "gdt.limit", s->gdt_limit);
	fn(ctx, "idt.base", s->idt_base);
	fn(ctx, "idt.limit", s->idt_limit);
	for (unsigned int i = 0; i < VMM_SEGMENTS; i++) {
		fn(ctx, segments[i], s->seg[i].selector);
		snprintf(name, sizeof(name), "%s.base", segments[i]);
		fn(ctx, name, s->seg[i].base);
		snprintf(name, sizeof(name), "%s.limit", segments[i]);
		fn(ctx, name, s->seg[i].limit);
		snprintf(name, sizeof(name), "%s.attr", segments[i]);
		fn(ctx, name, s->seg[i].attr);
	}
}

/* There is no system call to restart: orig_rax is -1. */
int arch_reg_read(const struct vmm_state *s, unsigned int nr, void *buf)
{
	size_t bytes;
	const void *at;

	if (is_fp(nr))
		return gdb_fx_read(s->xsave, nr, buf);
	at = place((struct vmm_state *)s, nr, &bytes);
	memset(buf, nr == ORIG_RAX ? 0xff : 0, gdb_arch_regs[nr].bits / 8);
	if (at)
		memcpy(buf, at, bytes);
	return 0;
}

int arch_reg_write(struct vmm_state *s, unsigned int nr, const void *buf)
{
	uint8_t old[GDB_REG_BYTES];
	size_t bytes;
	void *at;

	if (is_fp(nr)) {
		/* KVM refuses what the CPU lacks */
		s->xsave[XSAVE_BV] |= nr >= YMM0H ? 1 << AVX : X87_SSE;
		return gdb_fx_write(s->xsave, nr, buf);
	}
	at = place(s, nr, &bytes);
	/* A segment is what its descriptor says; gdb writes it back. */
	if (!at || (nr <= GS && nr >= CS)) {
		arch_reg_read(s, nr, old);
		return memcmp(old, buf, gdb_arch_regs[nr].bits / 8) ? -EROFS
								    : 0;
	}
	memcpy(at, buf, bytes);
	if (nr == EFLAGS) /* bit 1 is always set, TF is the stub's */
		s->rflags = (s->rflags & ~0x100UL) | 2;
	return 0;
}

uint64_t arch_pc(const struct vmm_state *s)
{
	return s->rip;
}

void arch_pc_set(struct vmm_state *s, uint64_t pc)
{
	s->rip = pc;
}

/* Of the CPU that KVM gives the guest: what it supports of this one. */
__u32 x86_fpstate_offset(unsigned int component)
{
	uint32_t eax, ebx, ecx, edx;

	if (component != AVX ||
	    !__get_cpuid_count(0xd, component, &eax, &ebx, &ecx, &edx))
		return 0;
	return eax ? ebx : 0;
}

void arch_describe(struct stub *s)
{
	s->target.addr_bits = 48;
}
