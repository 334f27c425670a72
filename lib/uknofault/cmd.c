/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Command: physical memory, which is mapped one to one where it is mapped.
 */
#include <uk/cmd.h>
#include <uk/nofault.h>

#define ROW 16
#define LEN_MAX 4096

static void print_row(struct uk_cmd_io *io, __u64 addr, const __u8 *bytes,
		      __sz len)
{
	char text[ROW + 1];

	uk_cmd_printf(io, "%012lx ", addr);
	for (__sz i = 0; i < ROW; i++) {
		if (i < len)
			uk_cmd_printf(io, " %02x", bytes[i]);
		else
			uk_cmd_printf(io, "   ");
		text[i] = i >= len			     ? ' '
			  : bytes[i] < ' ' || bytes[i] > '~' ? '.'
							     : (char)bytes[i];
	}
	text[ROW] = '\0';
	uk_cmd_printf(io, "  |%s|\n", text);
}

static int cmd_phys(struct uk_cmd_io *io, int argc, char **argv)
{
	__u64 addr, len = 64;
	__u8 row[ROW];

	if (argc < 2 || argc > 3 || uk_cmd_number(argv[1], &addr) ||
	    (argc == 3 && uk_cmd_number(argv[2], &len)) || len > LEN_MAX)
		return -EINVAL;
	if (!uk_cmd_may_change(io))
		return -EPERM;
	while (len) {
		__sz n = MIN(len, (__u64)ROW);
		__sz got = uk_nofault_memcpy((char *)row, (const char *)addr, n,
					     UK_NOFAULTF_NOPAGING);

		if (got)
			print_row(io, addr, row, got);
		if (got < n) {
			uk_cmd_printf(io, "0x%lx cannot be read\n", addr + got);
			return -EFAULT;
		}
		addr += n;
		len -= n;
	}
	return 0;
}

UK_CMD(phys, cmd_phys, "shows physical memory", "ADDR [BYTES, to 4096]",
       UK_CMD_ANY);
