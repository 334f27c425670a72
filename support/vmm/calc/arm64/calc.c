/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * calc A B: a guest of two instructions adds two numbers, and gives the sum to
 * the monitor at an address without memory.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "vmm.h"

#define CODE 0x1000
#define PORT 0x2000

static const uint32_t code[] = {
	0x8b010000, /* add x0, x0, x1 */
	0xf9000040, /* str x0, [x2] */
};

static int port(void *ctx, struct vmm_access *a)
{
	(void)ctx;
	if (a->write)
		printf("%lu\n", (unsigned long)a->value);
	return 1; /* the end */
}

static int fail(int rc)
{
	fprintf(stderr, "calc: %s: %s\n", vmm_step(), strerror(-rc));
	return 1;
}

/* The state of a reset: EL1, without page tables. */
static void start(struct vmm_state *s, uint64_t a, uint64_t b)
{
	s->pc = CODE;
	s->x[0] = a;
	s->x[1] = b;
	s->x[2] = PORT;
}

int main(int argc, char **argv)
{
	static struct vmm_state s;
	struct vmm_machine *m;
	struct vmm_vcpu *v;
	struct vmm_exit e;
	uint8_t *mem = mmap(NULL, VMM_PAGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int rc;

	if (argc != 3 || mem == MAP_FAILED)
		return 2;
	memcpy(mem, code, sizeof(code));
	rc = vmm_machine_create(&m, 0);
	if (rc)
		return fail(rc);
	if ((rc = vmm_memory_map(m, CODE, mem, VMM_PAGE, 7)) ||
	    (rc = vmm_device_add(m, VMM_SPACE_MMIO, PORT, 8, port, NULL)) ||
	    (rc = vmm_vcpu_create(m, 0, &v)) ||
	    (rc = vmm_state_get(v, &s, VMM_STATE_GENERAL)))
		return fail(rc);
	start(&s, strtoul(argv[1], NULL, 0), strtoul(argv[2], NULL, 0));
	if ((rc = vmm_state_set(v, &s, VMM_STATE_GENERAL)) ||
	    (rc = vmm_run(v, &e)))
		return fail(rc);
	printf("%s\n", vmm_exit_text(&e));
	vmm_machine_destroy(m);
	return e.why != VMM_EXIT_STOP;
}
