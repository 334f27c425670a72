/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Any bytes as a command line: nothing is read or written out of bounds.
 *
 * HOST-SRCS: lib/ukparam/words.c lib/ukparam/value.c lib/ukparam/nearest.c
 * HOST-SRCS: lib/ukparam/param.c lib/ukcore/words.c lib/ukprint/snprintf.c
 * HOST-FLAGS: -DCONFIG_LIBUKPRINT=1 -DCONFIG_LIBUKPRINT_LEVEL=3
 * HOST-FLAGS: -DCONFIG_LIBUKPRINT_LINE_MAX=256
 * HOST-FLAGS: -DCONFIG_LIBUKPARAM=1 -DCONFIG_LIBUKPARAM_ARGS_MAX=8
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <uk/print.h>
#include "../../param_internal.h"

static int number;
static __sz bytes;
static _Bool flag;
static char *text;

UK_PARAM(a, n, &number, int, "a number");
UK_PARAM(a, s, &bytes, size, "a size");
UK_PARAM(a, f, &flag, bool, "a flag");
UK_PARAM(a, t, &text, charp, "a text");

void _uk_printk(int lvl, const char *fmt, ...)
{
	char line[128];
	va_list ap;

	va_start(ap, fmt);
	uk_vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line = malloc(size + 1), *argv[10] = { "fuzz" };
	int argc = 1;

	memcpy(line, data, size);
	line[size] = '\0';
	text = "";
	param_parse(line, argv, &argc);
	if (argv[argc] || strlen(text) > size)
		abort();
	for (int i = 1; i < argc; i++)
		if (strlen(argv[i]) > size)
			abort();
	free(line);
	return 0;
}
