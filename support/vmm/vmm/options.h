/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The monitor's command line.
 */
#ifndef __OPTIONS_H__
#define __OPTIONS_H__

#include "vm.h"

/** The options of the guest's ports, by the number that it knows. */
struct port_option {
	const char *name; /* of the port, in the guest */
	const char *option;
	int is_file;
};
extern const struct port_option port_options[CONSOLES_MAX];

struct options {
	unsigned long mem_mib, smp;
	const char *ports[CONSOLES_MAX], *gdb, *hypercalls; /* NULL: none */
	const char *append, *image;
	int irqchip, wait, filter; /* 1 or 0 */
};

/**
 * Reads the command line into *o, whose strings are argv's. --help prints the
 * usage, and ends the process with status 0.
 *
 * @return 0, or -EINVAL after a message
 */
int options_parse(struct options *o, int argc, char **argv);

#endif /* __OPTIONS_H__ */
