/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The decoder of x86_64 instructions against binutils: every instruction of
 * the host's C and mathematics libraries, which know of AVX-512, must have the
 * length and the address relative to RIP that objdump says.
 *
 * HOST-SRCS: arch/x86_64/insn.c
 * HOST-FLAGS: -Iarch/x86_64/include
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <arch/insn.h>

/* "  1234:\t48 89 e5 \tmov ..." */
static int parse(char *line, unsigned long *addr, __u8 *bytes, int *len,
		 char **text)
{
	char *p;

	*addr = strtoul(line, &p, 16);
	if (p == line || *p++ != ':' || *p++ != '\t')
		return 0;
	for (*len = 0; *len < 15; (*len)++) {
		char *end;
		unsigned long b = strtoul(p, &end, 16);

		if (end != p + 2 || *end != ' ')
			break;
		bytes[*len] = b;
		p = end + 1;
	}
	while (*p == ' ')
		p++;
	*text = p + 1;
	return *len > 0 && *p == '\t';
}

static unsigned long check(const char *line, unsigned long addr,
			   const __u8 *bytes, int len, const char *text)
{
	__u8 padded[32];
	struct x86_insn in;
	const char *target = strstr(text, "(%rip)");
	__s32 disp;

	/* bytes that are no instruction; two that objdump takes for one */
	if (strstr(text, "(bad)") || strstr(text, ".byte") ||
	    (bytes[0] == 0x9b && len > 1))
		return 0;
	memset(padded, 0xcc, sizeof(padded));
	memcpy(padded, bytes, len);
	if (!x86_insn_decode(padded, sizeof(padded), &in) || in.len != len)
		fail_msg("%d bytes, not %d: %s", in.len, len, line);
	/* never more than it may read */
	if (x86_insn_decode(padded, len - 1, &in))
		fail_msg("accepted when cut: %s", line);
	x86_insn_decode(padded, len, &in);
	if (target && strchr(target, '#')) {
		if (!in.rip_rel)
			fail_msg("not relative: %s", line);
		memcpy(&disp, bytes + in.disp_at, 4);
		if (addr + len + disp !=
		    strtoul(strchr(target, '#') + 1, NULL, 16))
			fail_msg("target: %s", line);
	} else if (in.rip_rel && !strstr(text, "(%eip)")) {
		fail_msg("relative: %s", line);
	}
	return 1;
}

static void agrees(const char *library)
{
	char command[256], line[512], *text;
	unsigned long addr, count = 0;
	__u8 bytes[16];
	int len;
	FILE *f;

	snprintf(command, sizeof(command),
		 "objdump -dw --insn-width=15 \"$(gcc -print-file-name=%s)\"",
		 library);
	f = popen(command, "r");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		if (parse(line, &addr, bytes, &len, &text))
			count += check(line, addr, bytes, len, text);
	assert_int_equal(pclose(f), 0);
	print_message("# %s: %lu instructions\n", library, count);
	assert_true(count > 50000);
}

static void test_libc(void **state)
{
	agrees("libc.so.6");
}

static void test_libm(void **state)
{
	agrees("libm.so.6");
}

int main(void)
{
#ifdef __x86_64__
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_libc),
		cmocka_unit_test(test_libm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
#else
	puts("1..0 # SKIP the host's libraries are not x86_64 code");
	return 0;
#endif
}
