/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The alignment that arm64's instructions need, and which are exclusive, by the
 * names and registers in objdump's text of the C library, which has exclusives
 * and atomics, and of instructions that it lacks: pairs, of which CASP looks
 * like one.
 */
#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <uk/essentials.h>
#include "../../arm64/include/arch/insn.h"

static const char aligned[] =
	"^(ld|st)l?a?l?x[rp][bh]?$|^(ld|st)l?l?a?p?r[bh]?$|^swpa?l?[bh]?$|"
	"^casp?a?l?[bh]?$|^(ld|st)(add|clr|eor|set|[su](min|max))a?l?[bh]?$";
static const char plain[] = "^(ld|st)r[bh]?$";
static const char exclusive[] = "^(lda?|stl?)x[rp][bh]?$";

#define PAIRS                                                                \
	"'ldxp x0, x1, [x2]' 'ldaxp w0, w1, [x2]' 'stxp w3, x0, x1, [x2]' "  \
	"'stlxp w3, w0, w1, [x2]' 'casp x0, x1, x2, x3, [x4]' "              \
	"'caspal w0, w1, w2, w3, [x4]' 'ldxrb w0, [x1]' 'cas x0, x1, [x2]' " \
	"'ldar x0, [x1]' 'stlr w0, [x1]'"

static regex_t is_aligned, is_plain, is_exclusive;

/* The size of what is accessed, in bytes. */
static unsigned int size_said(const char *name, const char *operands)
{
	const char *end = name + strlen(name) - 1;
	const char *reg = operands;

	if (*end == 'b')
		return 1;
	if (*end == 'h')
		return 2;
	if (!strncmp(name, "stx", 3) || !strncmp(name, "stlx", 4))
		reg = strchr(operands, ',') + 2; /* after the status */
	return (*reg == 'x' ? 8 : 4) *
	       (strstr(name, "xp") || !strncmp(name, "casp", 4) ? 2 : 1);
}

static unsigned int align_said(const char *name, const char *operands)
{
	if (regexec(&is_aligned, name, 0, NULL, 0) ||
	    !regexec(&is_plain, name, 0, NULL, 0))
		return 0;
	return size_said(name, operands);
}

static int check_exclusive(unsigned int insn, const char *name)
{
	int said = !regexec(&is_exclusive, name, 0, NULL, 0);

	if (arm64_insn_is_exclusive(insn) != said ||
	    arm64_insn_is_load_exclusive(insn) != (said && *name == 'l'))
		fail_msg("%08x %s: exclusive is said to be %d", insn, name,
			 said);
	return said;
}

static void test_libc(void **state)
{
	char line[512], name[64], operands[256];
	unsigned long found = 0, others = 0, exclusives = 0;
	unsigned int insn;
	FILE *f;

	assert_int_equal(regcomp(&is_aligned, aligned, REG_EXTENDED), 0);
	assert_int_equal(regcomp(&is_plain, plain, REG_EXTENDED), 0);
	assert_int_equal(regcomp(&is_exclusive, exclusive, REG_EXTENDED), 0);
	f = popen("pairs=$(mktemp) && printf '%s\n' '.arch armv8.1-a' " PAIRS
		  " | aarch64-linux-gnu-as -o $pairs - && "
		  "aarch64-linux-gnu-objdump -dw $pairs "
		  "\"$(aarch64-linux-gnu-gcc -print-file-name=libc.so.6)\"; "
		  "rc=$?; rm -f $pairs; exit $rc",
		  "r");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		unsigned int said;

		operands[0] = '\0';
		if (sscanf(line, " %*x:\t%x \t%63s %255[^\n]", &insn, name,
			   operands) < 2)
			continue;
		exclusives += (unsigned long)check_exclusive(insn, name);
		said = align_said(name, operands);
		if (arm64_insn_align(insn) != said)
			fail_msg("%u, not %u: %s", arm64_insn_align(insn), said,
				 line);
		*(said ? &found : &others) += 1;
	}
	assert_int_equal(pclose(f), 0);
	regfree(&is_aligned);
	regfree(&is_plain);
	regfree(&is_exclusive);
	print_message("# %lu aligned, %lu exclusive, %lu others\n", found,
		      exclusives, others);
	assert_true(found > 100 && others > 50000);
	assert_true(exclusives > 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_libc) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
