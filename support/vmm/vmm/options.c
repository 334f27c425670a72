/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Options, and what they need of each other.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "options.h"

static const char usage[] =
	"usage: vmm [options] IMAGE\n"
	"Boots an image of Vitrine on KVM: the serial console is stdin and stdout, the exit\n"
	"status is the guest's; 70 if it ended without one, 125 if it did not start.\n"
	"  --mem MIB        memory, default 128\n"
	"  --smp N          CPUs, default 1\n"
	"  --append LINE    the guest's command line\n"
	"  --metrics PORT   where the guest's metrics are: TCP port of 127.0.0.1, ADDRESS:PORT, or the\n"
	"                   path of a Unix socket; --shell and --guest-gdb (its own stub, vport2) likewise\n"
	"  --core FILE      where its core files go\n"
	"  --gdb PORT       TCP port for a debugger, of 127.0.0.1 or ADDRESS:PORT; or the path of a Unix socket\n"
	"  --wait           with --gdb: wait for it before the first instruction\n"
	"  --irqchip on|off interrupt controllers and timers; default on. Off, breakpoints in\n"
	"                   text work on any KVM, and the guest has no interrupts\n"
	"  --hypercalls DIR the guest may read files in a folder; with DIR,rw write and make some\n"
	"  --seccomp on|off the filter of system calls; default on\n"
	"  --help           print this\n";

const struct port_option port_options[CONSOLES_MAX] = {
	{ "core", "core", 1 },
	{ "metrics", "metrics", 0 },
	{ "stub", "guest-gdb", 0 },
	{ "shell", "shell", 0 },
};

/* A whole number from 1 to max, or 0 after a message. */
static unsigned long number(const char *option, const char *text,
			    unsigned long max)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || !n || n > max) {
		complain("--%s %s: use a whole number from 1 to %lu", option,
			 text, max);
		return 0;
	}
	return n;
}

/* 1, 0, or -1 after a message. */
static int on_or_off(const char *option, const char *text)
{
	if (!strcmp(text, "on") || !strcmp(text, "off"))
		return !strcmp(text, "on");
	complain("--%s %s: use on or off", option, text);
	return -1;
}

/* 1 after a message. */
static int is_wrong_line(const char *option, const char *where)
{
	const char *why = where ? line_check(where) : NULL;

	if (why)
		complain("--%s %s: %s", option, where, why);
	return why != NULL;
}

/* What the parts of a machine need of each other. 0, or -EINVAL after a message
 */
static int check(const struct options *o)
{
	int wrong = is_wrong_line("gdb", o->gdb);

	for (unsigned int i = 0; i < CONSOLES_MAX && !wrong; i++)
		wrong = !port_options[i].is_file &&
			is_wrong_line(port_options[i].option, o->ports[i]);
	if (!wrong && o->wait && !o->gdb) {
		complain("--wait waits for a debugger: give --gdb, too");
		wrong = 1;
	}
	if (!wrong && o->smp > arch_cpus_max(o->irqchip)) {
		complain("--smp %lu: with --irqchip off use %u", o->smp,
			 arch_cpus_max(o->irqchip));
		wrong = 1;
	}
	return wrong ? -EINVAL : 0;
}

int options_parse(struct options *o, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "mem", 1, NULL, 'm' },	{ "smp", 1, NULL, 's' },
		{ "append", 1, NULL, 'a' },	{ "irqchip", 1, NULL, 'i' },
		{ "gdb", 1, NULL, 'g' },	{ "wait", 0, NULL, 'w' },
		{ "core", 1, NULL, '0' },	{ "metrics", 1, NULL, '1' },
		{ "guest-gdb", 1, NULL, '2' },	{ "shell", 1, NULL, '3' },
		{ "hypercalls", 1, NULL, 'H' }, { "seccomp", 1, NULL, 'f' },
		{ "help", 0, NULL, 'h' },	{ 0 },
	};
	int c;

	*o = (struct options){
		.mem_mib = 128,
		.smp = 1,
		.append = "",
		.irqchip = 1,
		.filter = 1,
	};
	while ((c = getopt_long(argc, argv, "+h", longs, NULL)) != -1) {
		switch (c) {
		case 'm':
			o->mem_mib = number("mem", optarg, 1UL << 20);
			break;
		case 's':
			o->smp = number("smp", optarg, arch_cpus_max(1));
			break;
		case 'a':
			o->append = optarg;
			break;
		case 'i':
			o->irqchip = on_or_off("irqchip", optarg);
			break;
		case 'H':
			o->hypercalls = optarg;
			break;
		case 'f':
			o->filter = on_or_off("seccomp", optarg);
			break;
		case 'g':
			o->gdb = optarg;
			break;
		case '0' ... '0' + CONSOLES_MAX - 1:
			o->ports[c - '0'] = optarg;
			break;
		case 'w':
			o->wait = 1;
			break;
		case 'h':
			fputs(usage, stdout);
			exit(0);
		default:
			return -EINVAL;
		}
	}
	if (optind != argc - 1) {
		complain("name one IMAGE; --help lists the options");
		return -EINVAL;
	}
	o->image = argv[optind];
	return o->mem_mib && o->smp && o->irqchip >= 0 && o->filter >= 0
		       ? check(o)
		       : -EINVAL;
}
