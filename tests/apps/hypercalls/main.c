/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/* Hypercalls of support/vmm: copies "in" to "out" in capitals; the results. */
#include <ctype.h>
#include <stdio.h>
#include "../../../support/vmm/guest/hypercalls.h"

int main(int argc, char **argv)
{
	static char text[100];
	int in, out;
	long n;

	printf("hypercalls: %d\n", vmm_has_hypercalls());
	if (!vmm_has_hypercalls())
		return 1;
	in = vmm_open("in", 0);
	n = vmm_pread(in, text, sizeof(text), 0);
	printf("in %d, %ld bytes, at the end %ld\n", in, n,
	       vmm_pread(in, text, 1, (unsigned long)n));
	for (long i = 0; i < n; i++)
		text[i] = (char)toupper(text[i]);
	out = vmm_open("out", 1);
	printf("out %d\n", out);
	printf("written %ld\n", vmm_pwrite(out, text, (unsigned long)n, 0));
	printf("closed %d", vmm_close(in));
	printf(" %d", vmm_close(out));
	printf(" %d\n", vmm_close(in));
	for (int i = 1; i < argc; i++)
		printf("%s: %d\n", argv[i], vmm_open(argv[i], 0));
	return 0;
}
