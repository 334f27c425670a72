/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What KVM really supports: a guest of some instructions uses it. Capabilities
 * do not show it: a KVM inside another machine may announce debug registers
 * and breakpoints that never exit.
 *
 * The guest is: an instruction, one with a vector register, a store to
 * VMM_PROBE_DATA, a breakpoint. Each question starts it anew.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "internal.h"

struct guest {
	struct vmm_machine *m;
	struct vmm_vcpu *v;
	uint8_t *mem;
};

/* 1 if the guest, started anew, exits as expected. */
static int exits(struct guest *g, const struct vmm_debug *d,
		 enum vmm_debug_why why, uint64_t pc)
{
	struct vmm_exit e;

	return !vmm_arch_probe_start(g->v, g->mem) && !vmm_debug_set(g->v, d) &&
	       !vmm_run(g->v, &e) && e.why == VMM_EXIT_DEBUG &&
	       e.debug.why == why && (!pc || e.debug.pc == pc);
}

static void ask(struct guest *g, struct vmm_probe *p)
{
	const uint32_t value = VMM_PROBE_VALUE;
	struct vmm_debug step = { .on = 1, .step = 1 };
	struct vmm_debug software = { .on = 1, .software = 1 };
	struct vmm_debug execute = {
		.on = 1,
		.n_points = 1,
		.points = { { VMM_POINT_EXECUTE,
			      VMM_PROBE_GPA + vmm_arch_probe_next, 4 } },
	};
	struct vmm_debug watch = {
		.on = 1,
		.n_points = 1,
		.points = { { VMM_POINT_WRITE, VMM_PROBE_GPA + VMM_PROBE_DATA,
			      4 } },
	};

	p->step = exits(g, &step, VMM_DEBUG_STEP,
			VMM_PROBE_GPA + vmm_arch_probe_next);
	p->execute = exits(g, &execute, VMM_DEBUG_EXECUTE,
			   VMM_PROBE_GPA + vmm_arch_probe_next);
	p->watch = exits(g, &watch, VMM_DEBUG_WATCH, 0);
	p->software = exits(g, &software, VMM_DEBUG_SOFTWARE,
			    VMM_PROBE_GPA + vmm_arch_probe_break);
	p->vector = !memcmp(g->mem + VMM_PROBE_DATA, &value, 4);
	p->works = p->vector || p->step || p->software;
	vmm_arch_points(g->m->kvm, &p->n_execute, &p->n_watch);
}

int vmm_probe(struct vmm_probe *p)
{
	struct guest g = { 0 };
	int rc = vmm_machine_create(&g.m, 0);

	*p = (struct vmm_probe){ 0 };
	if (rc)
		return rc;
	g.mem = mmap(NULL, VMM_PAGE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	rc = g.mem == MAP_FAILED
		     ? vmm_failed("mmap", -ENOMEM)
		     : vmm_memory_map(g.m, VMM_PROBE_GPA, g.mem, VMM_PAGE, 7);
	if (!rc)
		rc = vmm_vcpu_create(g.m, 0, &g.v);
	if (!rc)
		ask(&g, p);
	vmm_machine_destroy(g.m);
	if (g.mem != MAP_FAILED)
		munmap(g.mem, VMM_PAGE);
	return rc;
}
