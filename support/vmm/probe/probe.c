/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/* Prints what KVM on this host can do, a line each. */
#include <stdio.h>
#include <string.h>
#include "vmm.h"

int main(void)
{
	struct vmm_probe p;
	int rc = vmm_probe(&p);

	if (rc) {
		fprintf(stderr, "probe: %s: %s\n", vmm_step(), strerror(-rc));
		return 1;
	}
	printf("works %d\nvector %d\nsoftware %d\nexecute %d\nwatch %d\n"
	       "step %d\nn_execute %u\nn_watch %u\n",
	       p.works, p.vector, p.software, p.execute, p.watch, p.step,
	       p.n_execute, p.n_watch);
	return !p.works;
}
