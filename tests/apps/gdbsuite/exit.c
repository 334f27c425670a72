/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026, The Vitrine Authors
 *
 * monitor exit: how GDB's testsuite ends a gdbserver.
 */
#include <uk/cmd.h>
#include <uk/plat/lcpu.h>

static int cmd_exit(struct uk_cmd_io *io __unused, int argc __unused,
		    char **argv __unused)
{
	ukplat_poweroff(0);
}

UK_CMD(exit, cmd_exit, "ends the guest, as it ends gdbserver", "", UK_CMD_ANY);
