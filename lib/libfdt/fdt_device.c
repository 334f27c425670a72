/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Devices and their address ranges; see <uk/fdt.h>. The device tree is the
 * machine's word, but lengths are checked before anything is read by them.
 */
#include <errno.h>
#include <libfdt.h>
#include <string.h>
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

int uk_fdt_enabled(const void *dtb, int node)
{
	const char *status = fdt_getprop(dtb, node, "status", __NULL);

	return !status || !strcmp(status, "okay") || !strcmp(status, "ok");
}

int uk_fdt_next(const void *dtb, int prev, const char *compatible)
{
	int node;

	if (!dtb)
		return -ENODEV;
	for (node = prev ? fdt_next_subnode(dtb, prev)
			 : fdt_first_subnode(dtb, 0);
	     node >= 0; node = fdt_next_subnode(dtb, node))
		if (!fdt_node_check_compatible(dtb, node, compatible) &&
		    uk_fdt_enabled(dtb, node))
			return node;
	return -ENODEV;
}

int uk_fdt_stdout(const void *dtb)
{
	int chosen, len, node;
	const char *path;

	if (!dtb)
		return -ENODEV;
	chosen = fdt_path_offset(dtb, "/chosen");
	path = fdt_getprop(dtb, chosen, "stdout-path", &len);
	if (!path)
		return -ENODEV;
	for (len = 0; path[len] && path[len] != ':'; len++)
		;
	node = fdt_path_offset_namelen(dtb, path, len);
	return node > 0 && uk_fdt_enabled(dtb, node) ? node : -ENODEV;
}

int uk_fdt_device(const void *dtb, const char *compatible, unsigned int idx,
		  __u64 *base, __u64 *len)
{
	int node = uk_fdt_next(dtb, 0, compatible);

	while (node > 0 && idx--)
		node = uk_fdt_next(dtb, node, compatible);
	if (node < 0)
		return -ENODEV;
	return uk_fdt_reg(dtb, 0, node, 0, base, len) ? -EINVAL : 0;
}
