/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The top of the stack in hex and ASCII, and the symbols of the two words of a
 * line that point into the image, - for one that does not. Where the stack
 * pointer is below its stack, the dump begins with the stack.
 */
#include <string.h>
#include <uk/hexdump.h>
#include <uk/nofault.h>
#include <uk/stack.h>
#include "crash_internal.h"

#define BYTES_A_LINE 16
#define DUMP_SIZE 96 /* of a line: address, bytes in hex and ASCII */
#define WORDS (BYTES_A_LINE / sizeof(__u64))

/* Where the stack begins that a fault has left below. */
static __vaddr_t overflown(const struct ukarch_trap_ctx *trap, __vaddr_t sp)
{
	const struct uk_stack *s = uk_stack_find(sp);

	if (!s && trap && trap->addr_valid)
		s = uk_stack_find(trap->fault_address);
	return s ? MAX(sp, (__vaddr_t)s->base) : sp;
}

/* " main+5f run+4", with what points into the image; else "". */
static void symbols(const __u64 *words, __sz count,
		    char text[WORDS * UKCRASH_SYMBOL_MAX])
{
	char *end = text;
	int missing = 0;

	text[0] = '\0';
	for (__sz i = 0; i < count; i++) {
		char name[UKCRASH_SYMBOL_MAX];

		ukcrash_symbol(words[i], ukcrash_is_return(words[i]), name);
		if (name[0])
			end += uk_snprintf(end, WORDS * UKCRASH_SYMBOL_MAX,
					   "%s%s", missing ? " -" : "", name);
		else
			missing++;
	}
}

static void stack(const struct uk_crash_info *info)
{
	char dump[DUMP_SIZE], names[WORDS * UKCRASH_SYMBOL_MAX];
	__vaddr_t sp = ALIGN_DOWN(ukarch_regs_sp(info->regs), 8UL);
	__vaddr_t at = overflown(info->trap, sp), end;
	__u64 words[WORDS];
	__sz len;

	uk_pr_crit("Stack:\n");
	end = at + CONFIG_LIBUKCRASH_STACK_BYTES;
	for (; at < end; at += len) {
		len = uk_nofault_memcpy((char *)words, (const char *)at,
					MIN(end - at, sizeof(words)), 0);
		if (!len)
			break;
		uk_hexdumpsn(dump, sizeof(dump), words, len, at,
			     UK_HXDF_ADDR | UK_HXDF_ASCIISEC | UK_HXDF_GRPBYTE,
			     BYTES_A_LINE, "");
		dump[strcspn(dump, "\n")] = '\0';
		symbols(words, len / sizeof(words[0]), names);
		uk_pr_crit("%s%s\n", dump, names);
	}
	if (at < end)
		uk_pr_crit("  0x%lx cannot be read\n", at);
}

UKCRASH_SECTION(stack);
