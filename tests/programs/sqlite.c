/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * SQLite with a database in memory: executes the lines of its standard input,
 * and prints the rows as Python's sqlite3 has them.
 */
#include <stdio.h>
#include <string.h>
#include "sqlite3.h"

static int no_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *file,
		   int flags, int *out)
{
	return SQLITE_CANTOPEN;
}

static int no_random(sqlite3_vfs *vfs, int count, char *out)
{
	memset(out, 7, count);
	return count;
}

static int no_time(sqlite3_vfs *vfs, double *now)
{
	*now = 2460000.5;
	return SQLITE_OK;
}

int sqlite3_os_init(void)
{
	static sqlite3_vfs vfs = { .iVersion = 1,
				   .szOsFile = 8,
				   .mxPathname = 100,
				   .zName = "none",
				   .xOpen = no_file,
				   .xRandomness = no_random,
				   .xCurrentTime = no_time };

	return sqlite3_vfs_register(&vfs, 1);
}

int sqlite3_os_end(void)
{
	return SQLITE_OK;
}

static int print_row(void *arg, int count, char **values, char **names)
{
	for (int i = 0; i < count; i++)
		printf("%s%s", i ? "|" : "", values[i] ? values[i] : "None");
	putchar('\n');
	return 0;
}

int main(int argc, char **argv)
{
	char line[1000], *error = NULL;
	sqlite3 *db;

	if (sqlite3_open(":memory:", &db))
		return 1;
	while (fgets(line, sizeof(line), stdin) && strcmp(line, "end\n"))
		if (sqlite3_exec(db, line, print_row, NULL, &error)) {
			printf("%s\n", error);
			sqlite3_free(error);
		}
	return sqlite3_close(db) != SQLITE_OK;
}
