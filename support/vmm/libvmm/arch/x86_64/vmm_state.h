/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/* The state of a CPU of x86_64. */
#ifndef __VMM_STATE_H__
#define __VMM_STATE_H__

#include <stdint.h>

/* Parts of the state. */
#define VMM_STATE_GENERAL 0x1u
#define VMM_STATE_SYSTEM 0x2u
#define VMM_STATE_DEBUG 0x4u
#define VMM_STATE_VECTOR 0x8u
#define VMM_STATE_ALL 0xfu

struct vmm_segment {
	uint64_t base;
	uint32_t limit; /* in bytes */
	uint16_t selector;
	uint16_t attr; /* as in bits 8 to 23 of a descriptor's high word */
};

enum vmm_x86_segment {
	VMM_CS,
	VMM_SS,
	VMM_DS,
	VMM_ES,
	VMM_FS,
	VMM_GS,
	VMM_TR,
	VMM_LDT,
	VMM_SEGMENTS,
};

struct vmm_state {
	/* GENERAL: rax rbx rcx rdx rsi rdi rbp rsp r8 … r15 */
	uint64_t gpr[16];
	uint64_t rip, rflags;
	/* SYSTEM */
	struct vmm_segment seg[VMM_SEGMENTS];
	uint64_t gdt_base, idt_base;
	uint16_t gdt_limit, idt_limit;
	uint64_t cr0, cr2, cr3, cr4, cr8, efer;
	/* DEBUG: dr4 and dr5 are unused */
	uint64_t dr[8];
	/* VECTOR: an XSAVE area in the standard form */
	_Alignas(64) uint8_t xsave[4096];
};

/* Indices of gpr. */
enum { VMM_RAX, VMM_RBX, VMM_RCX, VMM_RDX, VMM_RSI, VMM_RDI, VMM_RBP, VMM_RSP };

#endif /* __VMM_STATE_H__ */
