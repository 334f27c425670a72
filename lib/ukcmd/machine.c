/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Commands that end the guest, at once: no term call runs.
 */
#include <uk/cmd.h>
#include <uk/plat/lcpu.h>
#include <uk/print.h>

static int cmd_poweroff(struct uk_cmd_io *io, int argc, char **argv)
{
	__u64 status = 0;

	if (argc > 2 || (argc == 2 && uk_cmd_number(argv[1], &status)) ||
	    status > 63)
		return -EINVAL;
	if (!uk_cmd_may_change(io))
		return -EPERM;
	uk_print_seize();
	uk_print_exit((int)status);
	ukplat_poweroff((int)status);
}

UK_CMD(poweroff, cmd_poweroff, "ends the guest at once", "[STATUS, 0 to 63]",
       UK_CMD_ANY);

static int cmd_reset(struct uk_cmd_io *io, int argc, char **argv __unused)
{
	if (argc > 1)
		return -EINVAL;
	if (!uk_cmd_may_change(io))
		return -EPERM;
	/* For support/run, which does not let it start again. */
	uk_print_seize();
	uk_print_exit(0);
	ukplat_restart();
}

UK_CMD(reset, cmd_reset, "resets the machine; under support/run that ends it",
       "", UK_CMD_ANY);
