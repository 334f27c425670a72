/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Where exceptions come in (Intel SDM volume 3, 6.14): for code that answers
 * some before a frame is made.
 */
#ifndef __X86_TRAP_H__
#define __X86_TRAP_H__

#include <uk/arch/types.h>

/** Where exceptions come in, 16 bytes for each vector. */
extern const char ukarch_trap_stubs[];

/**
 * Has an exception begin elsewhere, with registers and stack as the CPU leaves
 * them. What is not for that code goes on at ukarch_trap_stubs + 16 * vector.
 *
 * @param vector below 32, of those that enter by an interrupt gate
 * Contexts: init, before other CPUs start.
 */
void x86_trap_entry_set(unsigned int vector, __uptr entry);

#endif /* __X86_TRAP_H__ */
