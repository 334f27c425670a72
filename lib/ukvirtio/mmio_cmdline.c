/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Slots that the machine announces on the command line: QEMU's microvm with
 * acpi=off, Firecracker.
 */
#include <string.h>
#include <uk/init.h>
#include <uk/param.h>
#include <uk/print.h>
#include "mmio.h"

static const char prefix[] = "virtio_mmio.device=";

static int mmio_cmdline_init(struct uk_init_ctx *ctx __unused)
{
	struct mmio_place place;
	const char *word;

	for (unsigned int i = 0; (word = uk_param_machine(i)); i++) {
		if (strncmp(word, prefix, sizeof(prefix) - 1) != 0)
			continue;
		if (mmio_place_parse(word + sizeof(prefix) - 1, &place))
			uk_pr_warn(
				"cannot parse \"%s\" on the command line; expected virtio_mmio.device=SIZE@ADDRESS:IRQ\n",
				word);
		else
			mmio_slot(&place);
	}
	return 0;
}

uk_bus_initcall(mmio_cmdline_init, 0);
