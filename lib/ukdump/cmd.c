/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Command: a core file of the guest, which goes on.
 */
#include <uk/cmd.h>
#include <uk/dump.h>

static int cmd_dump(struct uk_cmd_io *io, int argc, char **argv __unused)
{
	int rc;

	if (argc > 1)
		return -EINVAL;
	if (!uk_cmd_may_change(io))
		return -EPERM;
	rc = uk_dump();
	uk_cmd_printf(io, "%s\n",
		      rc == -ENODEV ? "no console has the role dump; boot with "
				      "support/run --core FILE"
		      : rc == -EBUSY ? "a core file is being written"
		      : rc == -EIO   ? "the console takes no more"
		      : rc	     ? "written, but some memory is missing"
				     : "core file written");
	return rc;
}

UK_CMD(dump, cmd_dump, "writes a core file", "", UK_CMD_ANY);
