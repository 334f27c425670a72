/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The questions that platform and drivers ask a device tree, on top of libfdt
 * (<libfdt.h>), which is there for all others. A node that is not enabled
 * (`status`, Devicetree Specification v0.4, 2.3.4) does not exist for them: it
 * may describe a device that only firmware can reach.
 *
 * Devices are looked for on the root's bus, where the supported machines have
 * theirs, and addresses are that bus's. One pass over the tree costs about
 * 50,000 instructions on QEMU's `virt`: no place for it on a hot path.
 */
#ifndef __UK_FDT_H__
#define __UK_FDT_H__

#include <uk/essentials.h>

/**
 * Reads one address range of a node's `reg` property.
 *
 * @param dtb the device tree
 * @param parent,node offsets of the node and of its parent; the root is 0
 * @param idx 0, 1, …: which of its ranges
 * @param base receives the start; may be NULL
 * @param len receives the length in bytes, 0 if the bus gives none; may be
 *   NULL
 * @return 0; -ENOENT if the node has no such range; -EINVAL if the device tree
 *   is malformed there. Contexts: any; it only reads the device tree.
 */
int uk_fdt_reg(const void *dtb, int parent, int node, unsigned int idx,
	       __u64 *base, __u64 *len);

/**
 * 1 if a node is enabled: its status is "okay" or "ok", or it has none.
 * Contexts: any; it only reads the device tree.
 */
int uk_fdt_enabled(const void *dtb, int node);

/**
 * Finds the next enabled device of a name on the root's bus.
 *
 * @param dtb the device tree; NULL finds nothing
 * @param prev the node after which the search begins; 0 for the first one
 * @param compatible the device's name, such as "arm,pl011"
 * @return the node, or -ENODEV. Contexts: any; it only reads the device tree.
 */
int uk_fdt_next(const void *dtb, int prev, const char *compatible);

/**
 * Finds the device that /chosen names as the console (stdout-path, 3.6): a
 * path or an alias, up to a colon.
 *
 * @param dtb the device tree; NULL finds nothing
 * @return the node, or -ENODEV if none is named or it is not enabled.
 *   Contexts: any; it only reads the device tree.
 */
int uk_fdt_stdout(const void *dtb);

/**
 * Finds an enabled device and its first address range.
 *
 * @param dtb the device tree; NULL finds nothing
 * @param compatible the device's name, such as "arm,pl011"
 * @param idx 0, 1, …: which of those that have the name
 * @param base,len as for uk_fdt_reg()
 * @return 0; -ENODEV if there is no such device; -EINVAL if it has no sound
 *   address range. Contexts: any; it only reads the device tree.
 */
int uk_fdt_device(const void *dtb, const char *compatible, unsigned int idx,
		  __u64 *base, __u64 *len);

#endif /* __UK_FDT_H__ */
