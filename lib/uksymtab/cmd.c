/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Command: what is at an address, or where a symbol is.
 */
#include <uk/cmd.h>
#include <uk/symtab.h>

static int cmd_symbol(struct uk_cmd_io *io, int argc, char **argv)
{
	struct uk_symbol sym;
	struct uk_source_loc loc;
	__u64 addr;

	if (argc != 2)
		return -EINVAL;
	if (uk_cmd_number(argv[1], &addr)) {
		if (uk_symbol_lookup(argv[1], &sym)) {
			uk_cmd_printf(io, "no symbol %s\n", argv[1]);
			return -ENOENT;
		}
		addr = sym.start;
	} else if (uk_resolve_symbol(addr, &sym)) {
		uk_cmd_printf(io, "0x%lx belongs to no symbol\n", addr);
		return -ENOENT;
	}
	uk_cmd_printf(io, "0x%lx is %s+0x%lx of 0x%lx bytes", addr, sym.name,
		      addr - sym.start, sym.size);
	if (!uk_resolve_line(addr, &loc))
		uk_cmd_printf(io, ", %s:%u", loc.file, loc.line);
	uk_cmd_printf(io, "\n");
	return 0;
}

UK_CMD(symbol, cmd_symbol,
       "finds the symbol of an address, or the address of a symbol",
       "ADDR|NAME", UK_CMD_ANY);
