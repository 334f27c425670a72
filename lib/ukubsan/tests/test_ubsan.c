/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Undefined behaviour on purpose, and what the log says of it. This file is
 * compiled with every check, each of which goes on. What would not go on
 * (division by zero, unreachable code) is called by hand or tested from
 * outside, with apps/crash.
 */
#include <string.h>
#include <uk/print.h>
#include <uk/test.h>
#include <uk/ubsan.h>

#define FILE_NAME "lib/ukubsan/tests/test_ubsan.c"
#define LINE_OF_ADD 32

static volatile int int_max = 0x7fffffff, int_min = -0x7fffffff - 1;
static volatile int zero, one = 1, two = 2, four = 4, thirty_two = 32;
static volatile int minus_one = -1;
static char *volatile null_chars, *volatile last_chars = (char *)-2UL;
static volatile int int_sink;
static void *volatile pointer_sink;

struct pair {
	int a, b;
};

static struct pair *volatile null_pair;

static void add(void)
{
	int_sink = int_max + one;
}

static void sub(void)
{
	int_sink = int_min - one;
}

static void mul(void)
{
	int_sink = int_max * two;
}

static void negate(void)
{
	int_sink = -int_min;
}

static void add_wide(void)
{
	static volatile __int128 wide;

	wide = (__int128)1 << 126;
	wide = wide + wide;
}

static void add_long(void)
{
	static volatile long big = -0x7fffffffffffffff;

	big = big - 2;
}

static void shift_far(void)
{
	int_sink = one << thirty_two;
}

static void shift_back(void)
{
	int_sink = one >> minus_one;
}

static void shift_negative(void)
{
	int_sink = minus_one << one;
}

static void shift_out(void)
{
	int_sink = int_max << two;
}

static void index_past_end(void)
{
	static struct {
		int array[4];
		int behind;
	} s;

	int_sink = s.array[four];
}

static void load_misaligned(void)
{
	static struct pair pair;

	int_sink = *(int *)((char *)&pair + one);
}

static void store_misaligned(void)
{
	static struct pair pair;

	*(int *)((char *)&pair + two) = 1;
}

static void member_of_null(void)
{
	pointer_sink = &null_pair->b;
}

/* Compilers know the sizes of objects from their optimizers. */
#ifdef __OPTIMIZE__
static void object_too_small(void)
{
	static int alone;

	int_sink = ((struct pair *)&alone)->b;
}
#endif

static void load_bool(void)
{
	static volatile unsigned char byte = 2;

	int_sink = *(volatile _Bool *)&byte;
}

static void array_without_length(void)
{
	char array[zero];

	pointer_sink = array;
}

static void pointer_wraps(void)
{
	pointer_sink = last_chars + four;
}

static __noinline __attribute__((nonnull(2))) void wants(int x, char *s)
{
	int_sink = x;
	pointer_sink = s;
}

static void null_argument(void)
{
	wants(1, null_chars);
}

static __noinline __attribute__((returns_nonnull)) char *promises(void)
{
	return null_chars;
}

static void null_result(void)
{
	pointer_sink = promises();
}

#define OVERFLOW "signed integer overflow: "
#define NO_INT " cannot be represented in type 'int'"

static const struct {
	void (*provoke)(void);
	const char *begins, *contains;
} cases[] = {
	{ add, OVERFLOW "2147483647 + 1" NO_INT, "" },
	{ sub, OVERFLOW "-2147483648 - 1" NO_INT, "" },
	{ mul, OVERFLOW "2147483647 * 2" NO_INT, "" },
	{ negate, OVERFLOW "-(-2147483648)" NO_INT, "" },
	{ add_long,
	  OVERFLOW "-9223372036854775807 - 2 cannot be represented in type "
		   "'long",
	  "" },
	{ add_wide,
	  OVERFLOW "0x40000000000000000000000000000000 + "
		   "0x40000000000000000000000000000000 cannot be represented "
		   "in type '__int128",
	  "" },
	{ shift_far, "shift of 1 by 32 bits, but type 'int' has 32 ", "" },
	{ shift_back, "shift of 1 by a negative number of bits: -1 ", "" },
	{ shift_negative,
	  "left shift of a negative value: -1 << 1 in type 'int' ", "" },
	{ shift_out, "left shift: 2147483647 << 2" NO_INT, "" },
	{ index_past_end, "index 4 is out of bounds of type 'int", "[4]' " },
	{ load_misaligned, "load from the misaligned address 0x",
	  ": type 'int' needs an alignment of 4 " },
	{ store_misaligned, "store to the misaligned address 0x",
	  ": type 'int' needs an alignment of 4 " },
	{ member_of_null,
	  "member access at a null pointer of type 'struct pair'", "" },
#ifdef __OPTIMIZE__
	{ object_too_small, "", "which is too small for type '" },
#endif
	{ load_bool, "load of 2, which is not a value of type '", "_Bool' " },
	{ array_without_length,
	  "array of variable length 0 of type 'int': ", "" },
	{ pointer_wraps,
	  "pointer arithmetic left the address space: from "
	  "0xfffffffffffffffe to 0x2 ",
	  "" },
	{ null_argument,
	  "null pointer as argument 2, which is declared nonnull ", "" },
	{ null_result, "null pointer returned from a function ", "" },
};

#define HEAD "undefined behaviour: "

/* The newest message in the log, after its head; "" if it has another. */
static const char *last_report(void)
{
	static char text[UK_PRINT_TEXT_MAX];
	struct uk_print_iter it = { 0 };
	struct uk_print_rec rec;
	const char *found;

	text[0] = '\0';
	while (uk_print_next(&it, &rec, text, sizeof(text)))
		;
	found = strstr(text, HEAD);
	return found ? found + strlen(HEAD) : "";
}

static int begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

UK_TESTCASE(ukubsan, reports_in_words_and_goes_on)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		unsigned long before = uk_ubsan_count();
		const char *said;

		cases[i].provoke();
		said = last_report();
		UK_TEST_ASSERT_UNUM_GT(uk_ubsan_count(), before);
		UK_TEST_EXPECT(begins(said, cases[i].begins));
		UK_TEST_EXPECT_NOT_NULL(strstr(said, cases[i].contains));
		UK_TEST_EXPECT_NOT_NULL(strstr(said, "(" FILE_NAME ":"));
	}
}

UK_TESTCASE(ukubsan, names_the_place)
{
	const char *said;

	add();
	said = strstr(last_report(), FILE_NAME);
	UK_TEST_ASSERT_NOT_NULL(said);
	UK_TEST_EXPECT(begins(said, FILE_NAME ":" STRINGIFY(LINE_OF_ADD) ":"));
}

/* --- reports inside of reports ---------------------------------------------*/

static int sink_is_bad;

static void bad_write(const char *s, __sz len, int level)
{
	if (!sink_is_bad)
		return;
	sink_is_bad = 0;
	add();
	mul();
}

UK_PRINT_SINK(ubsan_test_sink, bad_write, __NULL);

UK_TESTCASE(ukubsan, a_report_does_not_lead_to_itself)
{
	unsigned long before = uk_ubsan_count();

	sink_is_bad = 1;
	sub();
	UK_TEST_EXPECT_UNUM_EQ(uk_ubsan_count(), before + 3);
	UK_TEST_EXPECT(begins(last_report(), "2 more during a report"));
	sub();
	UK_TEST_EXPECT(begins(last_report(), OVERFLOW "-2147483648 - 1"));
}

/* --- by hand: the compilers' interface -------------------------------------*/

struct place {
	const char *file;
	__u32 line, column;
};

struct type {
	__u16 kind, info;
	char name[16];
};

struct operation {
	struct place at;
	const struct type *type;
};

struct cast {
	struct place at;
	const struct type *from, *to;
};

void __ubsan_handle_divrem_overflow(void *data, __uptr a, __uptr b);
void __ubsan_handle_float_cast_overflow(void *data, __uptr from);
void __ubsan_handle_invalid_builtin(void *data);

static const struct type int_type = { 0, 5 << 1 | 1, "'int'" };
static const struct type unsigned_type = { 0, 5 << 1, "'unsigned int'" };
static const struct type float_type = { 1, 32, "'float'" };
static const struct type double_type = { 1, 64, "'double'" };

static void expect_divide(const struct type *type, __uptr a, __uptr b,
			  const char *words)
{
	struct operation data = { { "a.c", 12, 8 }, type };

	__ubsan_handle_divrem_overflow(&data, a, b);
	UK_TEST_EXPECT_ZERO(strcmp(last_report(), words));
}

UK_TESTCASE(ukubsan, divisions)
{
	expect_divide(&int_type, 42, 0,
		      "division by zero: 42 / 0 in type 'int' (a.c:12:8)");
	expect_divide(&unsigned_type, 0xfffffff0, 0,
		      "division by zero: 4294967280 / 0 in type "
		      "'unsigned int' (a.c:12:8)");
	expect_divide(&int_type, 0x80000000, 0xffffffff,
		      OVERFLOW "-2147483648 / -1" NO_INT " (a.c:12:8)");
}

static void expect_value(const struct type *type, const void *value, __sz size,
			 const char *words)
{
	struct cast with_place = { { "a.c", 1, 2 }, type, &int_type };
	__u64 bits = 0;

	memcpy(&bits, value, size);
	__ubsan_handle_float_cast_overflow(&with_place, bits);
	UK_TEST_EXPECT(begins(last_report(), "value "));
	UK_TEST_EXPECT(begins(last_report() + 6, words));
	UK_TEST_EXPECT(begins(last_report() + 6 + strlen(words), " of type "));
	UK_TEST_EXPECT_NOT_NULL(strstr(last_report(), " (a.c:1:2)"));
}

/* Constants only: library code computes nothing in floating point. */
UK_TESTCASE(ukubsan, floating_point_in_words)
{
	static const struct {
		double value;
		const char *words;
	} doubles[] = {
		{ 0, "0" },
		{ -0.0, "-0" },
		{ 1e10, "10000000000" },
		{ -3.5, "-3.500000" },
		{ 2147483648.25, "2147483648.250000" },
		{ 0.1, "0.100000" },
		{ 999999.984375, "999999.984375" },
		{ 0x1p62, "4611686018427387904" },
		{ 0x1.8p63, "13835058055282163712" },
		{ 0x1p64, "4503599627370496 * 2^12" },
		{ 0x1p-70, "1 * 2^-70" },
		{ 5e-324, "1 * 2^-1074" },
		{ __builtin_inf(), "infinity" },
		{ -__builtin_inf(), "-infinity" },
		{ __builtin_nan(""), "nan" },
	};
	static const float single = -1.75f, single_inf = __builtin_inff();

	for (unsigned int i = 0; i < ARRAY_SIZE(doubles); i++)
		expect_value(&double_type, &doubles[i].value, 8,
			     doubles[i].words);
	expect_value(&float_type, &single, 4, "-1.750000");
	expect_value(&float_type, &single_inf, 4, "infinity");
}

/* clang has nothing to check on arm64, where the result is defined. */
UK_TESTCASE(ukubsan, builtins)
{
	static const char *const words[] = {
		"__builtin_ctz() of zero (a.c:3:4)",
		"__builtin_clz() of zero (a.c:3:4)",
	};

	for (__u8 kind = 0; kind < ARRAY_SIZE(words); kind++) {
		struct {
			struct place at;
			__u8 kind;
		} data = { { "a.c", 3, 4 }, kind };

		__ubsan_handle_invalid_builtin(&data);
		UK_TEST_EXPECT_ZERO(strcmp(last_report(), words[kind]));
	}
}

/* gcc leaves the place out where it does not know it. */
UK_TESTCASE(ukubsan, place_unknown)
{
	const void *data[] = { &float_type, &int_type };

	__ubsan_handle_float_cast_overflow(data, 0x7f800000);
	UK_TEST_EXPECT_ZERO(
		strcmp(last_report(), "value infinity of type 'float'" NO_INT));
}

/* Reports are errors: where those are left out there is nothing to read. */
#if UK_PRINT_KLVL_MAX >= UK_PRINT_KLVL_ERR
uk_testsuite_register(ukubsan, NULL);
#endif
