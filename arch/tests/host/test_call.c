/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Which addresses follow a call, in all of the C library of the host and of
 * arm64: every one that objdump says, and hardly any other.
 *
 * HOST-SRCS: arch/x86_64/call.c arch/x86_64/insn.c
 * HOST-FLAGS: -Iarch/x86_64/include
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <uk/arch/call.h>

unsigned int call_len_arm64(const __u8 *end, __sz avail);
#define ukarch_call_len call_len_arm64
#include "../../arm64/call.c"
#undef ukarch_call_len

/* The bytes in front of an address, as far as they are code without a gap. */
static __u8 code[16];
static unsigned int avail;

static void push(const __u8 *bytes, unsigned int len)
{
	memmove(code, code + len, sizeof(code) - len);
	memcpy(code + sizeof(code) - len, bytes, len);
	avail = MIN(avail + len, (unsigned int)sizeof(code));
}

/* "  1234:\t48 89 e5 \tmov ...", arm64: one number of 32 bits; its length */
static unsigned int parse(char *p, __u8 *bytes, char **text)
{
	unsigned int len = 0;
	char *end;

	strtoul(p, &end, 16);
	if (end == p || end[0] != ':' || end[1] != '\t')
		return 0;
	for (p = end + 2; len < 12; p = end + 1) {
		__u32 value = strtoul(p, &end, 16);
		unsigned int size = (end - p) / 2;

		if (*p == ' ' || !size || size > 4 || *end != ' ')
			break;
		memcpy(bytes + len, &value, size);
		len += size;
	}
	*text = p + strspn(p, " \t");
	return len;
}

static void agrees(const char *prefix, const char *calls,
		   unsigned int (*call_len)(const __u8 *, __sz))
{
	char command[256], line[512], word[64], *text;
	unsigned long found = 0, others = 0, wrong = 0, longer = 0;
	unsigned int len;
	__u8 bytes[16];
	FILE *f;

	snprintf(command, sizeof(command),
		 "%sobjdump -dw --insn-width=15 "
		 "\"$(%sgcc -print-file-name=libc.so.6)\"",
		 prefix, prefix);
	f = popen(command, "r");
	assert_non_null(f);
	avail = 0;
	while (fgets(line, sizeof(line), f)) {
		len = parse(line, bytes, &text);
		if (!len) {
			avail = 0;
			continue;
		}
		push(bytes, len);
		text[strcspn(text, " \t\n")] = '\0';
		snprintf(word, sizeof(word), " %s ", text);
		if (strstr(calls, word)) {
			unsigned int said =
				call_len(code + sizeof(code), avail);

			assert_true(said >= len);
			longer += said > len;
			/* nothing is read in front of what there is */
			assert_in_range(call_len(code + sizeof(code), len - 1),
					0, len - 1);
			found++;
		} else {
			others++;
			wrong += call_len(code + sizeof(code), avail) != 0;
		}
	}
	assert_int_equal(pclose(f), 0);
	print_message(
		"# %lu calls, %lu too long; %lu of %lu others look like one\n",
		found, longer, wrong, others);
	assert_true(found > 10000);
	assert_true(wrong * 100 < others);
	/* a byte in front may be the end of another one, or a prefix */
	assert_true(longer * 1000 < found);
}

static void test_x86_64(void **state)
{
	agrees("x86_64-linux-gnu-", " call ", ukarch_call_len);
}

static void test_arm64(void **state)
{
	agrees("aarch64-linux-gnu-", " bl blr blraa blraaz ", call_len_arm64);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_x86_64),
		cmocka_unit_test(test_arm64),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
