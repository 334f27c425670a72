/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/* expected: format */
#include <uk/print.h>

void f(const char *name);
void f(const char *name)
{
#ifdef CONTROL
	uk_pr_info("%s\n", name);
#else
	uk_pr_info("%d\n", name);
#endif
}
