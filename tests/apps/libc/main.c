/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The table that tests/test_libc.py compares.
 */
#include "table.h"

int main(void)
{
	table_text();
	table_numbers();
	table_math();
	table_signals();
	table_clocks();
	return 0;
}
