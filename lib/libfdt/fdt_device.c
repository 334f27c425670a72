/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Address ranges of devices; see <uk/fdt.h>. The device tree is the machine's
 * word, but lengths are checked before anything is read by them.
 */
#include <errno.h>
#include <libfdt.h>
#include <uk/fdt.h>

#define CELL 4

static __u64 cells_read(const fdt32_t *cell, int count)
{
	__u64 v = 0;

	while (count--)
		v = v << 32 | fdt32_ld(cell++);
	return v;
}

int uk_fdt_reg(const void *dtb, int parent, int node, unsigned int idx,
	       __u64 *base, __u64 *len)
{
	int acells = fdt_address_cells(dtb, parent);
	int scells = fdt_size_cells(dtb, parent);
	const fdt32_t *reg;
	int bytes;

	if (acells < 1 || acells > 2 || scells < 0 || scells > 2)
		return -EINVAL;
	reg = fdt_getprop(dtb, node, "reg", &bytes);
	if (!reg || idx >= (unsigned int)(bytes / CELL / (acells + scells)))
		return -ENOENT;

	reg += idx * (unsigned int)(acells + scells);
	if (base)
		*base = cells_read(reg, acells);
	if (len)
		*len = cells_read(reg + acells, scells);
	return 0;
}

int uk_fdt_device(const void *dtb, const char *compatible, unsigned int idx,
		  __u64 *base, __u64 *len)
{
	int node;

	if (!dtb)
		return -ENODEV;
	fdt_for_each_subnode(node, dtb, 0)
	{
		if (fdt_node_check_compatible(dtb, node, compatible) || idx--)
			continue;
		return uk_fdt_reg(dtb, 0, node, 0, base, len) ? -EINVAL : 0;
	}
	return -ENODEV;
}
