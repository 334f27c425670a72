/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What tests/test_newlib.py asks of a C program; argv[1] chooses.
 */
#include <assert.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *constructed = "no";

static void __attribute__((constructor)) construct(void)
{
	constructed = "yes";
}

static void at_exit(void)
{
	printf("at exit");
}

static int echo(void)
{
	char line[80];

	while (fgets(line, sizeof(line), stdin))
		printf("<%.*s>\n", (int)strcspn(line, "\n"), line);
	printf("end of input: %d\n", feof(stdin));
	return 0;
}

static int floats(void)
{
	volatile double two = 2;
	char text[] = "0.1e3";

	printf("%.6f %g %a %Lg\n", sqrt(two), strtod(text, NULL), two,
	       (long double)two);
	return 0;
}

static int allocate(void)
{
	size_t total = 0;
	void *volatile mem; /* or clang leaves malloc out */

	/* What is smaller than a piece remains for printf. */
	while ((mem = malloc(1 << 20)))
		total++;
	printf("%zu MiB\n", total);
	return 0;
}

static int check(int zero)
{
	assert(zero == 1);
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (!strcmp(what, "exit"))
		exit(atoi(argv[2]));
	if (!strcmp(what, "return"))
		return atoi(argv[2]);
	if (!strcmp(what, "echo"))
		return echo();
	if (!strcmp(what, "floats"))
		return floats();
	if (!strcmp(what, "allocate"))
		return allocate();
	if (!strcmp(what, "abort"))
		abort();
	if (!strcmp(what, "assert"))
		return check(0);
	if (!strcmp(what, "raise"))
		return raise(SIGTERM);
	if (!strcmp(what, "construct"))
		return printf("constructed: %s\n", constructed) < 0;
	if (!strcmp(what, "atexit"))
		return atexit(at_exit);
	fprintf(stderr, "argc %d, argv[argc] %s, argv[0] %s\n", argc,
		argv[argc] ? "set" : "NULL", argv[0]);
	return 0;
}
