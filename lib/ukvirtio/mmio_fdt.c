/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Slots that a device tree describes (Linux, Documentation/devicetree/
 * bindings/virtio/mmio.yaml). `interrupts` is read as a GIC's: three cells,
 * of which the second is the number of a shared interrupt.
 */
#include <libfdt.h>
#include <uk/fdt.h>
#include <uk/init.h>
#include <uk/plat/bootinfo.h>
#include "mmio.h"

#define GIC_CELLS 3
#define GIC_SPI 0
#define GIC_SPI_BASE 32

static int node_irq(const void *dtb, int node)
{
	int bytes;
	const fdt32_t *cell = fdt_getprop(dtb, node, "interrupts", &bytes);

	if (!cell || bytes < (int)(GIC_CELLS * sizeof(*cell)) ||
	    fdt32_ld(cell) != GIC_SPI)
		return -1;
	return (int)fdt32_ld(cell + 1) + GIC_SPI_BASE;
}

static int mmio_fdt_init(struct uk_init_ctx *ctx __unused)
{
	const void *dtb = ukplat_bootinfo_get()->dtb;
	struct mmio_place place;
	int node = 0;

	while ((node = uk_fdt_next(dtb, node, "virtio,mmio")) > 0) {
		if (uk_fdt_reg(dtb, 0, node, 0, &place.base, &place.size))
			continue;
		place.irq = node_irq(dtb, node);
		mmio_slot(&place);
	}
	return 0;
}

uk_bus_initcall(mmio_fdt_init, 0);
