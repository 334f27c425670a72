/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The registers: first those that point into the image, each on a line of its
 * own with the symbol; then the others, three a line.
 */
#include "crash_internal.h"

#define COLUMNS 3

/* A line that fills up. */
struct row {
	char text[COLUMNS * 32];
	unsigned int columns;
	int len;
};

static void row_flush(struct row *row)
{
	if (row->columns)
		uk_pr_crit("%s\n", row->text);
	row->columns = 0;
	row->len = 0;
}

static void row_add(struct row *row, const char *name, __u64 value)
{
	row->len += uk_snprintf(row->text + row->len,
				sizeof(row->text) - (__sz)row->len,
				"%10s: %016lx", name, value);
	if (++row->columns == COLUMNS)
		row_flush(row);
}

/* Without a trap pc is a return address. */
static int is_call(const struct uk_crash_info *info, __u64 value)
{
	return !info->trap && value == ukarch_regs_pc(info->regs);
}

/* Those that have a symbol, or those that have none. */
static void general(const struct uk_crash_info *info, int symbols)
{
	char symbol[UKCRASH_SYMBOL_MAX];
	struct row row = { .len = 0 };

	for (unsigned int i = 0; i < ukarch_reg_count; i++) {
		const struct ukarch_reg_desc *d = &ukarch_reg_descs[i];
		__u64 value = ukarch_reg_get(info->regs, d);

		symbol[0] = '\0';
		if (d->is_addr)
			ukcrash_symbol(value, is_call(info, value), symbol);
		if (!symbol[0] && !symbols)
			row_add(&row, d->name, value);
		else if (symbol[0] && symbols)
			uk_pr_crit("%10s: %016lx%s\n", d->name, value, symbol);
	}
	row_flush(&row);
}

void ukcrash_registers(const struct uk_crash_info *info)
{
	general(info, 1);
	general(info, 0);
}

static void registers(const struct uk_crash_info *info)
{
	struct row row = { .len = 0 };
	const char *name;
	__u64 value;

	uk_pr_crit("Registers:\n");
	ukcrash_registers(info);
	for (unsigned int i = 0; !ukarch_creg_read(i, &name, &value); i++)
		row_add(&row, name, value);
	row_flush(&row);
}

UKCRASH_SECTION(registers);
