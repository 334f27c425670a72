/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Instructions under breakpoints, executed elsewhere. A jump relative to RIP
 * is done here; an operand relative to RIP gets another displacement in the
 * copy; a call becomes a push of the place after it and a jump. (It cannot be
 * done here: its return address belongs where the trap's frame is.) The rest
 * does not care where it stands, and a jump after the copy leads back.
 */
#include <string.h>
#include <arch/insn.h>
#include "../../break_internal.h"

const __u8 break_arch_insn[] = { 0xcc };
const unsigned int uk_break_len = 1;

#define TRAP_NMI 2

#define JMP_LEN 5
#define PUSH_LEN 5
#define JCC_LEN 6

/* ool->op of a branch: the condition of a Jcc, or */
#define OP_JMP 0x10
#define OP_CALL 0x11
#define OP_LOOPNE 0x12 /* e0: the low two bits are the opcode's */
#define OP_LOOPE 0x13
#define OP_LOOP 0x14
#define OP_JRCXZ 0x15

/* EFLAGS */
#define CF 0x001
#define PF 0x004
#define ZF 0x040
#define SF 0x080
#define OF 0x800

__vaddr_t __nobreak uk_break_pc(const struct __regs *regs)
{
	return regs->rip - 1;
}

static __s32 disp_at(const __u8 *p, unsigned int len)
{
	__s32 v = 0;

	memcpy(&v, p, len);
	return len == 1 ? (__s8)v : v;
}

static int branch_op(const struct x86_insn *in)
{
	__u8 op = in->opcode;

	if (in->map == X86_MAP_0F)
		return !in->vector && (op & 0xf0) == 0x80 ? op & 15 : -1;
	if (in->map != X86_MAP_1)
		return -1;
	switch (op) {
	case 0x70 ... 0x7f:
		return op & 15;
	case 0xe0 ... 0xe3:
		return OP_LOOPNE + (op & 3);
	case 0xe8:
		return OP_CALL;
	case 0xe9:
	case 0xeb:
		return OP_JMP;
	default:
		return -1;
	}
}

/* Call through a register or memory: FF /2. */
static int is_indirect_call(const struct x86_insn *in)
{
	return in->map == X86_MAP_1 && in->opcode == 0xff &&
	       (in->modrm >> 3 & 7) == 2;
}

/* Does its operand name the stack pointer, which a push before moves? */
static int uses_rsp(const struct x86_insn *in, const __u8 *insn)
{
	if (!in->has_modrm)
		return 0;
	if (in->rex & 1 || (in->modrm & 7) != 4)
		return 0;
	return in->modrm >> 6 == 3 || (insn[in->modrm_at + 1] & 7) == 4;
}

/* What must stay where it is: an exception or a return that looks at rip,
 * and what the CPU delays by one instruction.
 */
static int is_bound(const struct x86_insn *in)
{
	if (in->map == X86_MAP_0F)
		return !in->vector && (in->opcode == 0x0b || /* ud2 */
				       in->opcode == 0x05 || /* syscall */
				       in->opcode == 0x34);  /* sysenter */
	if (in->map != X86_MAP_1)
		return 0;
	return in->opcode == 0xcc || in->opcode == 0xcd || in->opcode == 0xf1 ||
	       (in->opcode == 0xff && (in->modrm >> 3 & 7) == 3);
}

static int reachable(__vaddr_t from, __vaddr_t to)
{
	return (__s64)(to - from) == (__s32)(to - from);
}

/* jmp rel32 */
static void jump(__u8 *code, __vaddr_t at, __vaddr_t to)
{
	__s32 rel = to - (at + JMP_LEN);

	code[0] = 0xe9;
	memcpy(code + 1, &rel, 4);
}

/* A jump that is emulated in a trap, as code. @return its bytes, without the
 * jump back; 0: none does it
 */
static unsigned int put_op(__u8 *code, __vaddr_t slot, __vaddr_t next,
			   const struct uk_break_ool *ool)
{
	__s32 rel = ool->target - (slot + JCC_LEN);

	if (ool->op > OP_JMP || !reachable(slot, ool->target) ||
	    !reachable(slot, next))
		return 0;
	if (ool->op == OP_JMP) {
		jump(code, slot, ool->target);
		return JMP_LEN;
	}
	code[0] = 0x0f;
	code[1] = 0x80 | ool->op;
	memcpy(code + 2, &rel, sizeof(rel));
	jump(code + JCC_LEN, slot + JCC_LEN, next);
	return JCC_LEN;
}

int break_arch_in_sequence(__vaddr_t addr __unused)
{
	return 0;
}

void break_arch_ool(const __u8 *insn, __sz avail, __vaddr_t pc, __vaddr_t slot,
		    __u8 *code, struct uk_break_ool *ool)
{
	struct x86_insn in;
	unsigned int at = 0;
	int op;

	memset(ool, 0, sizeof(*ool));
	ool->kind = UK_BREAK_OOL_STEP;
	if (!x86_insn_decode(insn, avail, &in))
		return;
	ool->len = in.len;
	op = branch_op(&in);
	if (op >= 0 && (in.opsize || in.addr32))
		return;
	if (op >= 0)
		ool->target = pc + in.len +
			      disp_at(insn + in.imm_at, in.len - in.imm_at);
	if (op >= 0 && op != OP_CALL) {
		ool->kind = UK_BREAK_OOL_EMULATE;
		ool->op = op;
		ool->slot_len = put_op(code, slot, pc + in.len, ool);
		return;
	}
	if (is_bound(&in) || !reachable(slot, pc))
		return;
	if (op == OP_CALL || is_indirect_call(&in)) {
		__u32 back = pc + in.len;

		if (uses_rsp(&in, insn) || back != pc + in.len || back >> 31)
			return;
		code[0] = 0x68; /* push imm32 */
		memcpy(code + 1, &back, 4);
		at = PUSH_LEN;
	}
	if (op == OP_CALL) {
		if (!reachable(slot, ool->target))
			return;
		jump(code + at, slot + at, ool->target);
		ool->slot_len = at + JMP_LEN;
		ool->kind = UK_BREAK_OOL_SLOT;
		return;
	}
	memcpy(code + at, insn, in.len);
	if (at) /* FF /2, call, becomes FF /4, jmp */
		code[at + in.modrm_at] = (code[at + in.modrm_at] & ~0x38) |
					 4 << 3;
	if (in.rip_rel) {
		__vaddr_t operand = pc + in.len + disp_at(insn + in.disp_at, 4);
		__vaddr_t next = slot + at + in.len;
		__s32 disp = operand - next;

		if (!reachable(next, operand) || in.addr32)
			return;
		memcpy(code + at + in.disp_at, &disp, 4);
	}
	ool->slot_len = at + in.len;
	jump(code + ool->slot_len, slot + ool->slot_len, pc + in.len);
	ool->kind = UK_BREAK_OOL_SLOT;
}

/* The push of a call. */
void __nobreak break_arch_undo(struct __regs *regs)
{
	regs->rsp += 8;
}

/* SDM volume 1, appendix B: the conditions, each with its negation. */
static int __nobreak condition(unsigned int cc, __u64 flags)
{
	int less = !(flags & SF) != !(flags & OF);
	int holds = 0;

	switch (cc >> 1) {
	case 0:
		holds = !!(flags & OF);
		break;
	case 1:
		holds = !!(flags & CF);
		break;
	case 2:
		holds = !!(flags & ZF);
		break;
	case 3:
		holds = !!(flags & (CF | ZF));
		break;
	case 4:
		holds = !!(flags & SF);
		break;
	case 5:
		holds = !!(flags & PF);
		break;
	case 6:
		holds = less;
		break;
	case 7:
		holds = less || (flags & ZF);
		break;
	}
	return holds ^ (cc & 1);
}

int __nobreak break_arch_emulate(const struct uk_break_ool *ool, __vaddr_t pc,
				 struct __regs *regs)
{
	__vaddr_t next = pc + ool->len;
	int taken = 1;

	switch (ool->op) {
	case OP_JMP:
		break;
	case OP_JRCXZ:
		taken = !regs->rcx;
		break;
	case OP_LOOP:
	case OP_LOOPE:
	case OP_LOOPNE:
		taken = --regs->rcx != 0;
		if (ool->op != OP_LOOP)
			taken &= !(regs->eflags & ZF) == (ool->op == OP_LOOPNE);
		break;
	default:
		taken = condition(ool->op, regs->eflags);
	}
	regs->rip = taken ? ool->target : next;
	return 0;
}

int __nobreak uk_break_is_insn(const __u8 *insn)
{
	return insn[0] == 0xcc;
}

/* or int with 3, of two bytes: SDM volume 2, INT */
int __nobreak uk_break_is_own(const __u8 *insn)
{
	return uk_break_is_insn(insn) || (insn[0] == 3 && insn[-1] == 0xcd);
}

int __nobreak uk_break_is_nmi(const struct ukarch_trap_ctx *ctx)
{
	return ctx->trapnr == TRAP_NMI;
}
