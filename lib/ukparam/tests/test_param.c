/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Parameters in a guest: the table that the linker made, and what was read
 * from the real command line. The parser's corners are tested on the host.
 */
#include <string.h>
#include <uk/test.h>
#include "../param_internal.h"

static int number = 42;
static _Bool flag;

UK_PARAM(ukparamtest, number, &number, int, "a number for the test");
UK_PARAM(ukparamtest, flag, &flag, bool, "a flag for the test");

static const struct uk_param *find(const char *name)
{
	uk_table_foreach (param, p)
		if (strcmp(p->name, name) == 0)
			return p;
	return __NULL;
}

UK_TESTCASE(ukparam, declared_parameters_are_found)
{
	const struct uk_param *p = find("ukparamtest.number");

	UK_TEST_ASSERT_NOT_NULL(p);
	UK_TEST_EXPECT_PTR_EQ(p->var, &number);
	UK_TEST_EXPECT_SNUM_EQ(p->type, UK_PARAM_TYPE_int);
	UK_TEST_EXPECT_NOT_NULL(find("param.help"));
	UK_TEST_EXPECT_NULL(find("ukparamtest.numbers"));
}

UK_TESTCASE(ukparam, values_are_set)
{
	char text[] = "-0x10";
	char bad[] = "12x";

	UK_TEST_EXPECT_ZERO(value_set(find("ukparamtest.number"), text));
	UK_TEST_EXPECT_SNUM_EQ(number, -16);
	UK_TEST_EXPECT_SNUM_LT(value_set(find("ukparamtest.number"), bad), 0);
	UK_TEST_EXPECT_SNUM_EQ(number, -16);
	UK_TEST_EXPECT_ZERO(value_set(find("ukparamtest.flag"), __NULL));
	UK_TEST_EXPECT(flag);
}

UK_TESTCASE(ukparam, nearest_name)
{
	UK_TEST_EXPECT_PTR_EQ(nearest_param("ukparamtest.numbr"),
			      find("ukparamtest.number"));
	UK_TEST_EXPECT_NULL(nearest_param("zzzzzz"));
}

UK_TESTCASE(ukparam, machine_words_are_the_machines)
{
	const char *word;

	for (unsigned int i = 0; (word = uk_param_machine(i)); i++)
		UK_TEST_EXPECT_ZERO(strncmp(word, "virtio_mmio.device=", 19));
}

uk_testsuite_register(ukparam, __NULL);
