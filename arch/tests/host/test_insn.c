/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The decoder of x86_64 instructions against binutils: every instruction of
 * the host's C and mathematics libraries, which know of AVX-512, must have the
 * length, the memory operand, the access and the alignment that objdump's text
 * says. With arguments: of these files instead.
 *
 * HOST-SRCS: arch/x86_64/insn.c arch/x86_64/insn_operand.c
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

static unsigned long operands, faults;

#define wrong(...) (faults++ < 20 ? print_message("# " __VA_ARGS__) : (void)0)

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

/* Is the first word of text one of a list of words? */
static int is_one_of(const char *text, const char *list)
{
	size_t len = strcspn(text, " \n");

	for (const char *at = list; (at = strchr(at, ' ')); at++)
		if (len && !strncmp(at + 1, text, len) && at[len + 1] == ' ')
			return 1;
	return 0;
}

/* The mnemonic, without prefixes that objdump writes in front of it. */
static const char *mnemonic(const char *text)
{
	static const char prefixes[] =
		" lock rep repz repnz notrack bnd xacquire xrelease data16 "
		"addr32 cs ds es ss fs gs {evex} {vex} ";

	while (is_one_of(text, prefixes) || !strncmp(text, "rex", 3)) {
		text += strcspn(text, " \n");
		text += strspn(text, " ");
	}
	return text;
}

static unsigned int reg_number(const char *name, size_t len)
{
	static const char *const names[] = { "ax", "cx", "dx", "bx",
					     "sp", "bp", "si", "di" };

	if (len == 3 && !strncmp(name + 1, "ip", 2))
		return X86_RIP;
	if (len == 3 && !strncmp(name + 1, "iz", 2))
		return X86_NO_REG;
	for (unsigned int i = 0; len == 3 && i < 8; i++)
		if (!strncmp(name + 1, names[i], 2))
			return i;
	return strtoul(name + 1, NULL, 10); /* r8 to r15, r8d */
}

/* "[rax+rcx*8-0x10]", or "0x10" after a segment. */
static void parse_address(const char *p, struct x86_operand *op)
{
	if (*p != '[') {
		op->disp = strtoull(p, NULL, 16);
		return;
	}
	while (*p != ']') {
		size_t len = strcspn(++p, "+-*]");
		unsigned int r;

		if (p[0] == '0') {
			op->disp = strtoull(p, NULL, 16);
			if (p[-1] == '-')
				op->disp = -op->disp;
			p += len;
			continue;
		}
		r = reg_number(p, len);
		p += len;
		if (*p != '*') {
			op->base = r;
			continue;
		}
		op->index = r;
		op->shift = __builtin_ctz(p[1] - '0');
		p += 2;
	}
}

static enum ukarch_trap_access access_said(const char *name, int first)
{
	static const char only[] =
		" lea nop invlpg bndcl bndcu bndcn bndmk cldemote ";
	static const char reads[] =
		" cmp test bt push call jmp mul imul div idiv ldmxcsr vldmxcsr "
		"lgdt lidt lldt ltr verr verw lmsw clflush clflushopt clwb "
		"fxrstor fxrstor64 xrstor xrstor64 fbld fild fiadd fimul ficom "
		"ficomp fisub fisubr fidiv fidivr fadd fmul fcom fcomp fsub "
		"fsubr fdiv fdivr fld fldcw fldenv frstor ptwrite ldtilecfg xrstors xrstors64 "
		"fldenvw frstorw vmptrld vmxon vmclear aesencwide128kl "
		"aesdecwide128kl aesencwide256kl aesdecwide256kl ";

	if (is_one_of(name, only) || !strncmp(name, "prefetch", 8))
		return UKARCH_ACCESS_NONE;
	if (!first || is_one_of(name, reads))
		return UKARCH_ACCESS_READ;
	return UKARCH_ACCESS_WRITE;
}

static unsigned int align_said(const char *name)
{
	static const char any[] =
		" movups movupd movdqu lddqu pcmpestri pcmpestriq pcmpestrmq "
		"pcmpestrm pcmpistri pcmpistrm ";
	static const char vectors[] =
		" vmovaps vmovapd vmovdqa vmovdqa32 vmovdqa64 vmovntps "
		"vmovntpd vmovntdq vmovntdqa ";
	unsigned int size = strstr(name, "ZMMWORD PTR")	  ? 64
			    : strstr(name, "YMMWORD PTR") ? 32
			    : strstr(name, "XMMWORD PTR") ? 16
							  : 1;

	if (is_one_of(name, " fxsave fxsave64 fxrstor fxrstor64 cmpxchg16b "))
		return 16;
	if (!strncmp(name, "xsave", 5) || !strncmp(name, "xrstor", 6))
		return 64;
	if (name[0] == 'v')
		return is_one_of(name, vectors) ? size : 1;
	return is_one_of(name, any) ? 1 : size;
}

/* The memory operand in objdump's words; NULL: there is none. */
static const char *memory_text(const char *name)
{
	const char *p = strchr(name, '[');

	/* an absolute address is a number after a segment */
	for (const char *s = name; !p && (s = strchr(s, ':')); s++)
		if (!strncmp(s + 1, "0x", 2))
			p = s + 1;
	return p;
}

/* Returns 1 if the operand was compared. */
static int check_operand(const char *line, const __u8 *bytes,
			 const struct x86_insn *in, const char *text)
{
	struct x86_operand op,
		said = { .base = X86_NO_REG, .index = X86_NO_REG };
	const char *name = mnemonic(text), *p = memory_text(name);
	int known = x86_insn_operand(bytes, in, &op);

	if (!p || (!in->has_modrm && (in->opcode & 0xfc) != 0xa0)) {
		if (known && p)
			wrong("operand of an instruction without: %s", line);
		return 0; /* what a string instruction implies */
	}
	if (!known) {
		if (strpbrk(p, "xyz") && strstr(p, "mm") < strchr(p, ']'))
			return 0;
		if (in->vector == X86_EVEX && in->modrm >> 6 == 1)
			return 0;
		wrong("no operand: %s", line);
		return 0;
	}
	parse_address(p, &said);
	if (op.base != said.base || op.index != said.index ||
	    (op.index != X86_NO_REG && op.shift != said.shift) ||
	    (op.base != X86_RIP && op.disp != said.disp &&
	     !(in->addr32 && (__u32)op.disp == (__u32)said.disp)))
		wrong("base %u, index %u << %u, displacement %lld: %s", op.base,
		      op.index, op.shift, (long long)op.disp, line);
	if ((p[-1] == ':' && (p[-3] == 'f' || p[-3] == 'g')) !=
		    (in->segment != 0) ||
	    (in->segment && p[-3] != (in->segment == 0x64 ? 'f' : 'g')))
		wrong("segment %x: %s", in->segment, line);
	if (op.access != access_said(name, !memchr(name, ',', p - name)))
		wrong("access %d: %s", op.access, line);
	if (op.align != align_said(name))
		wrong("aligned to %u: %s", op.align, line);
	return 1;
}

static unsigned long check(const char *line, unsigned long addr,
			   const __u8 *bytes, int len, const char *text)
{
	__u8 padded[32];
	struct x86_insn in;
	const char *target = strstr(text, "[rip");
	__s32 disp;

	/* bytes that are no instruction, a prefix alone; two that objdump takes
	 * for one
	 */
	if (strstr(text, "(bad)") || strstr(text, ".byte") ||
	    !*mnemonic(text) || *mnemonic(text) == '\n' ||
	    (bytes[0] == 0x9b && len > 1))
		return 0;
	memset(padded, 0xcc, sizeof(padded));
	memcpy(padded, bytes, len);
	if (!x86_insn_decode(padded, sizeof(padded), &in) || in.len != len)
		wrong("%d bytes, not %d: %s", in.len, len, line);
	/* never more than it may read */
	if (x86_insn_decode(padded, len - 1, &in))
		wrong("accepted when cut: %s", line);
	x86_insn_decode(padded, len, &in);
	if (target && strchr(target, '#')) {
		if (!in.rip_rel)
			wrong("not relative: %s", line);
		memcpy(&disp, bytes + in.disp_at, 4);
		if (addr + len + disp !=
		    strtoul(strchr(target, '#') + 1, NULL, 16))
			wrong("target: %s", line);
	} else if (in.rip_rel && !strstr(text, "[eip")) {
		wrong("relative: %s", line);
	}
	operands += check_operand(line, padded, &in, text);
	return 1;
}

/* What objdump prints of a file, at least so many instructions. */
static void agrees(const char *options, const char *file, unsigned long least)
{
	char command[512], line[512], *text;
	unsigned long addr, count = 0;
	__u8 bytes[16];
	int len;
	FILE *f;

	snprintf(
		command, sizeof(command),
		"x86_64-linux-gnu-objdump -w -M intel,intel64 --insn-width=15 %s \"%s\"",
		options, file);
	f = popen(command, "r");
	assert_non_null(f);
	operands = faults = 0;
	while (fgets(line, sizeof(line), f))
		if (parse(line, &addr, bytes, &len, &text))
			count += check(line, addr, bytes, len, text);
	assert_int_equal(pclose(f), 0);
	print_message("# %s: %lu instructions, %lu operands\n", file, count,
		      operands);
	assert_int_equal(faults, 0);
	assert_true(count > least && operands > least / 4);
}

/* Nops for displacement and immediate, and to fall into step again */
static void put(FILE *f, const __u8 *prefix, int len, int opcode, int modrm)
{
	const __u8 rest[] = { opcode, modrm, 0x90, 0x90, 0x90,
			      0x90,   0x90,  0x90, 0x90, 0x90 };

	fwrite(prefix, len, 1, f);
	fwrite(rest, sizeof(rest), 1, f);
}

static void put_legacy(FILE *f, int opcode, int reg)
{
	static const __u8 prefixes[] = { 0x3e, 0x66, 0xf3, 0xf2 };
	static const __u8 maps[][3] = { { 0x48 },
					{ 0x48, 0x0f },
					{ 0x48, 0x0f, 0x38 },
					{ 0x48, 0x0f, 0x3a },
					{ 0x0f } };
	static const int lens[] = { 1, 2, 3, 3, 1 };

	for (int i = 0; i < 4 * 5; i++) {
		__u8 bytes[4] = { prefixes[i & 3] };

		if (opcode == 0x0f && lens[i >> 2] < 3)
			continue; /* 3DNow! */
		memcpy(bytes + 1, maps[i >> 2], 3);
		put(f, bytes, 1 + lens[i >> 2], opcode, 0x40 | reg << 3);
	}
}

/* VEX and EVEX: maps, pp, W, length. EVEX scales displacements of a byte. */
static void put_vector(FILE *f, int opcode)
{
	for (int i = 0; i < 3 * 4 * 2 * 3; i++) {
		int map = 1 + i % 3, pp = i / 3 % 4, w = i / 12 % 2,
		    len = i / 24;
		const __u8 vex[] = { 0xc4, 0xe0 | map,
				     w << 7 | 0x78 | (len & 1) << 2 | pp };
		const __u8 evex[] = { 0x62, 0xf0 | map, w << 7 | 0x7c | pp,
				      8 | len << 5 };

		put(f, vex, sizeof(vex), opcode, 0x48);
		put(f, evex, sizeof(evex), opcode, 0x08);
	}
}

/* Every opcode with a memory operand, rare ones too. */
static void test_all_opcodes(void **state)
{
	char name[] = "/tmp/test_insn.XXXXXX";
	FILE *f = fdopen(mkstemp(name), "w");

	assert_non_null(f);
	for (int opcode = 0; opcode < 256; opcode++) {
		for (int reg = 0; reg < 8; reg++)
			put_legacy(f, opcode, reg);
		put_vector(f, opcode);
	}
	fclose(f);
	agrees("-D -b binary -m i386:x86-64", name, 100000);
	remove(name);
}

static void test_libc(void **state)
{
	agrees("-d", "$(gcc -print-file-name=libc.so.6)", 50000);
}

static void test_libm(void **state)
{
	agrees("-d", "$(gcc -print-file-name=libm.so.6)", 50000);
}

static char **files;

static void test_files(void **state)
{
	for (char **file = files; *file; file++)
		agrees("-d", *file, 10000);
}

int main(int argc, char **argv)
{
#ifdef __x86_64__
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_libc),
		cmocka_unit_test(test_libm),
		cmocka_unit_test(test_all_opcodes),
	};
	const struct CMUnitTest of_files[] = { cmocka_unit_test(test_files) };

	files = argv + 1;
	return argc > 1 ? cmocka_run_group_tests(of_files, NULL, NULL)
			: cmocka_run_group_tests(tests, NULL, NULL);
#else
	puts("1..0 # SKIP the host's libraries are not x86_64 code");
	return 0;
#endif
}
