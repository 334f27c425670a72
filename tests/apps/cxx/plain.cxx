/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/* Global objects of another source, and of another priority. */
#include <stdio.h>

struct told {
	const char *name;
	explicit told(const char *n) : name(n)
	{
		printf("constructed %s\n", name);
	}
	~told()
	{
		printf("destroyed %s\n", name);
	}
};

told usual("usual");
__attribute__((init_priority(200))) told early("early");

int from_flags()
{
	return FROM_CXXFLAGS;
}
