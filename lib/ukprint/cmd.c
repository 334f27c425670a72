/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Command: the log, as the ring still has it.
 */
#include <string.h>
#include <uk/cmd.h>
#include <uk/print.h>

static void print_record(struct uk_cmd_io *io, const struct uk_print_rec *rec)
{
	char prefix[UK_PRINT_PREFIX_MAX];

	io->out(io, prefix, uk_print_prefix(prefix, rec->time, rec->level));
	io->out(io, rec->text, rec->len);
	if (!rec->len || rec->text[rec->len - 1] != '\n')
		io->out(io, "\n", 1);
}

static int cmd_log(struct uk_cmd_io *io, int argc, char **argv)
{
	__u64 wanted = ~0UL, count = 0;
	struct uk_print_iter it = { 0 };
	struct uk_print_rec rec;
	char text[UK_PRINT_TEXT_MAX];

	if (argc > 2 || (argc == 2 && uk_cmd_number(argv[1], &wanted)))
		return -EINVAL;
	while (uk_print_next(&it, &rec, text, sizeof(text)))
		count++;
	it = (struct uk_print_iter){ 0 };
	for (; uk_print_next(&it, &rec, text, sizeof(text)); count--)
		if (count <= wanted)
			print_record(io, &rec);
	return 0;
}

UK_CMD(log, cmd_log, "shows the log, or its last messages", "[COUNT]",
       UK_CMD_ANY);
