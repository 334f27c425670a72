/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Fills slots for tests/test_probe.py, on the host, with the image's
 * architecture chosen by what it is built with: reads lines "PC BYTES" in
 * hexadecimal, writes the code of slots one after the other as if the first
 * stood at the address in the argument, and to stderr where each is; none is
 * written for an instruction that has none.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../../break_internal.h"

#define FILL 0x90 /* no code ends in that: the last byte is a jump's */

__sz uk_nofault_memcpy(char *dst, const char *src, __sz len, unsigned int flags)
{
	return 0;
}

static unsigned int parse(const char *hex, __u8 *bytes)
{
	unsigned int n = 0, byte;

	while (n < UK_BREAK_INSN_MAX && sscanf(hex + 2 * n, "%2x", &byte) == 1)
		bytes[n++] = (__u8)byte;
	return n;
}

int main(int argc, char **argv)
{
	__u64 pc, slot = argc == 2 ? strtoul(argv[1], NULL, 16) : 0;
	char hex[64];

	while (scanf("%lx %63s", &pc, hex) == 2) {
		__u8 bytes[UK_BREAK_INSN_MAX] = { 0 }, code[BREAK_SLOT_SIZE];
		struct uk_break_ool ool;

		unsigned int len = sizeof(code);

		memset(code, FILL, sizeof(code));
		break_arch_ool(bytes, parse(hex, bytes), pc, slot, code, &ool);
		while (len && code[len - 1] == FILL)
			len--;
		if (!ool.slot_len)
			len = 0;
		fwrite(code, 1, len, stdout);
		fprintf(stderr, "%lx\n", len ? slot : 0);
		slot += len;
	}
	return 0;
}
