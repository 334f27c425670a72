/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/* Global objects of another source, and of another priority. */
#include <stdio.h>

struct traced {
	const char *name;
	explicit traced(const char *n) : name(n)
	{
		printf("constructed %s\n", name);
	}
	~traced()
	{
		printf("destroyed %s\n", name);
	}
};

traced usual("usual");
__attribute__((init_priority(200))) traced early("early");

int from_flags()
{
	return FROM_CXXFLAGS;
}
