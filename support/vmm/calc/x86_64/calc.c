/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * calc A B: a guest of three instructions adds two numbers, and gives the sum
 * to the monitor at a port.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "vmm.h"

#define CODE 0x1000
#define PORT 0x80

static const uint8_t code[] = {
	0x01, 0xd8, /* add %ebx, %eax */
	0xe7, PORT, /* out %eax, $PORT */
	0xf4,	    /* hlt */
};

static int port(void *ctx, struct vmm_access *a)
{
	(void)ctx;
	if (a->write)
		printf("%u\n", (unsigned int)a->value);
	return 0;
}

static int fail(int rc)
{
	fprintf(stderr, "calc: %s: %s\n", vmm_step(), strerror(-rc));
	return 1;
}

/* 32-bit code, no paging. */
static void start(struct vmm_state *s, uint64_t a, uint64_t b)
{
	static const struct vmm_segment flat = { 0, ~0U, 0x10, 0xc093 };

	for (int i = VMM_CS; i <= VMM_GS; i++)
		s->seg[i] = flat;
	s->seg[VMM_CS].attr = 0xc09b;
	s->cr0 = 1;
	s->rflags = 2;
	s->rip = CODE;
	s->gpr[VMM_RAX] = a;
	s->gpr[VMM_RBX] = b;
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
	    (rc = vmm_device_add(m, VMM_SPACE_PORT, PORT, 1, port, NULL)) ||
	    (rc = vmm_vcpu_create(m, 0, &v)) ||
	    (rc = vmm_state_get(v, &s, VMM_STATE_GENERAL | VMM_STATE_SYSTEM)))
		return fail(rc);
	start(&s, strtoul(argv[1], NULL, 0), strtoul(argv[2], NULL, 0));
	if ((rc = vmm_state_set(v, &s, VMM_STATE_GENERAL | VMM_STATE_SYSTEM)) ||
	    (rc = vmm_run(v, &e)))
		return fail(rc);
	printf("%s\n", vmm_exit_text(&e));
	vmm_machine_destroy(m);
	return e.why != VMM_EXIT_HALT;
}
