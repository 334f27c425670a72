/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/* gdb's `monitor`: what the monitor knows and a debugger has no word for. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "stub.h"

struct out {
	gdb_text_fn fn;
	void *ctx;
};

__attribute__((format(printf, 2, 3))) static void say(const struct out *o,
						      const char *format, ...)
{
	char line[256];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	o->fn(o->ctx, line, strlen(line));
}

/* How often each kind of exit came, by CPU. */
static void exits(struct stub *s, const struct out *o)
{
	for (unsigned int i = 0; i < s->vm->n_cpus; i++)
		for (unsigned int why = 0; why <= VMM_EXIT_UNHANDLED; why++) {
			struct vmm_exit e = { .why = why };

			if (s->vm->cpus[i].exits[why])
				say(o, "CPU %u: %lu %s\n", i,
				    (unsigned long)s->vm->cpus[i].exits[why],
				    vmm_exit_text(&e));
		}
}

/* The CPU of number " N"; "": the selected one. gdb sends what its user
 * selected with the next read only, so the answers name the CPU.
 */
static struct cpu *named(struct stub *s, const char *text)
{
	unsigned long i;
	char *end;

	if (!*text)
		return s->selected;
	i = strtoul(text, &end, 0);
	return *text == ' ' && end != text && !*end && i < s->vm->n_cpus
		       ? &s->vm->cpus[i]
		       : NULL;
}

static int walk(struct stub *s, const struct out *o, struct cpu *c,
		uint64_t addr)
{
	struct vmm_state *state = stub_state(s, c, VMM_STATE_SYSTEM);
	struct vmm_walk w;
	int rc = state ? vmm_walk(s->vm->m, state, addr, &w) : -EIO;

	if (!state)
		return rc;
	say(o, "CPU %u:\n", cpu_index(c));
	for (unsigned int i = 0; i < w.n; i++)
		say(o, "entry at %#lx: %#018lx\n",
		    (unsigned long)w.entries[i].at,
		    (unsigned long)w.entries[i].value);
	if (rc)
		say(o, "%#lx: not mapped\n", (unsigned long)addr);
	else
		say(o, "%#lx: %#lx, page of %lu KiB, r%c%c%s\n",
		    (unsigned long)addr, (unsigned long)w.gpa,
		    (unsigned long)w.size / 1024,
		    w.prot & VMM_PROT_WRITE ? 'w' : '-',
		    w.prot & VMM_PROT_EXEC ? 'x' : '-', w.user ? ", user" : "");
	return 0;
}

static void show(void *ctx, const char *name, uint64_t value)
{
	say(ctx, "%-14s %#lx\n", name, (unsigned long)value);
}

static int registers(struct stub *s, struct out *o, struct cpu *c)
{
	struct vmm_state *state = stub_state(s, c, VMM_STATE_SYSTEM);

	if (!state)
		return -EIO;
	say(o, "CPU %u:\n", cpu_index(c));
	arch_system_registers(state, show, o);
	return 0;
}

static void probe(const struct stub *s, const struct out *o)
{
	say(o,
	    "breakpoints in text: %s; debug registers: %u, watchpoints: %u\n",
	    s->probe.software  ? "any number"
	    : !s->vm->irqchip  ? "any number, as HLT"
	    : s->probe.execute ? "as debug registers"
			       : "none",
	    s->probe.execute ? s->probe.n_execute : 0,
	    s->probe.watch ? s->probe.n_watch : 0);
}

static void help(const struct out *o)
{
	say(o, "exits            how often CPUs came out, and why\n"
	       "probe            what this KVM can do for a debugger\n"
	       "registers [CPU]  those of the system, of the selected CPU\n"
	       "walk ADDR [CPU]  page table entries on the way to a virtual "
	       "address\n");
}

int stub_monitor(struct gdb_target *t, const char *line, gdb_text_fn out,
		 void *ctx)
{
	struct stub *s = (struct stub *)t;
	struct out o = { out, ctx };
	struct cpu *c;
	char *end;

	if (!strcmp(line, "exits")) {
		exits(s, &o);
	} else if (!strcmp(line, "probe")) {
		probe(s, &o);
	} else if (!strncmp(line, "registers", 9)) {
		c = named(s, line + 9);
		return c ? registers(s, &o, c) : -EINVAL;
	} else if (!strncmp(line, "walk ", 5)) {
		uint64_t addr = strtoul(line + 5, &end, 0);

		c = end == line + 5 ? NULL : named(s, end);
		return c ? walk(s, &o, c, addr) : -EINVAL;
	} else {
		help(&o);
		return strcmp(line, "help") ? -EINVAL : 0;
	}
	return 0;
}
