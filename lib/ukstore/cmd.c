/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Command: the store's values. Reading may be done in a debugger that stopped
 * anything anywhere, but for texts that are allocated; setting may not.
 */
#include <string.h>
#include <uk/cmd.h>
#include <uk/errno_name.h>
#include "store_internal.h"

#define PATH_MAX 128
#define TEXT_MAX 128

static int readable_here(const struct uk_store_entry *e)
{
	return e->type != _UK_STORE_TYPE_charp ||
	       (e->flags & UK_STORE_ENTRY_FLAG_CONST) || store_may_allocate();
}

static void print_value(struct uk_cmd_io *io, const struct uk_store_entry *e)
{
	char text[TEXT_MAX];
	int ret = readable_here(e) ? uk_store_get_text(e, text, sizeof(text))
				   : -EPERM;

	if (ret == -EPERM)
		uk_cmd_printf(io, "(in threads only)");
	else if (ret == -ENOTSUP)
		uk_cmd_printf(io, "(write-only)");
	else if (ret == -EFAULT)
		uk_cmd_printf(io, "(its getter faults)");
	else if (ret < 0)
		uk_cmd_printf(io, "(%s)", uk_errno_name(ret));
	else
		uk_cmd_printf(io, "%s%s%s", text, e->unit ? " " : "",
			      e->unit ? e->unit : "");
	uk_cmd_printf(io, "\n");
}

struct listing {
	struct uk_cmd_io *io;
	const char *prefix;
	__sz len;
	unsigned int count;
};

static int list(const struct uk_store_ref *ref, void *arg)
{
	struct listing *l = arg;
	char path[PATH_MAX];

	uk_store_path(ref, path, sizeof(path));
	if (strncmp(path, l->prefix, l->len) != 0)
		return 0;
	l->count++;
	uk_cmd_printf(l->io, "%s ", path);
	print_value(l->io, ref->entry);
	return 0;
}

/* Returns how many values it listed. */
static unsigned int list_all(struct uk_cmd_io *io, const char *prefix)
{
	struct listing l = { io, prefix, strlen(prefix), 0 };

	uk_store_foreach(list, &l);
	return l.count;
}

static int cmd_ls(struct uk_cmd_io *io, const char *prefix)
{
	if (list_all(io, prefix))
		return 0;
	uk_cmd_printf(io, "no value's path begins with \"%s\"\n", prefix);
	return -ENOENT;
}

static int find(struct uk_cmd_io *io, const char *path,
		struct uk_store_ref *ref)
{
	int ret = uk_store_find(path, ref);

	if (ret)
		uk_cmd_printf(io, "no value \"%s\"; try store ls\n", path);
	return ret;
}

/* A value; or, if there is none of that path, those below it. */
static int cmd_get(struct uk_cmd_io *io, const char *path)
{
	struct uk_store_ref ref;

	if (uk_store_find(path, &ref))
		return list_all(io, path) ? 0 : find(io, path, &ref);
	print_value(io, ref.entry);
	uk_store_ref_drop(&ref);
	return 0;
}

static int cmd_set(struct uk_cmd_io *io, const char *path, const char *value)
{
	struct uk_store_ref ref;
	char why[TEXT_MAX];
	int ret;

	if (!uk_cmd_may_change(io))
		return -EPERM;
	if (!store_may_allocate()) {
		uk_cmd_printf(io, "values are set in threads only\n");
		return -EPERM;
	}
	ret = find(io, path, &ref);
	if (ret)
		return ret;
	ret = uk_store_set_text(ref.entry, value, why, sizeof(why));
	if (ret)
		uk_cmd_printf(io, "%s\n", why);
	uk_store_ref_drop(&ref);
	/* -EINVAL would print the usage */
	return ret == -EINVAL ? -ERANGE : ret;
}

static int cmd_store(struct uk_cmd_io *io, int argc, char **argv)
{
	if (argc > 1 && argc < 4 && strcmp(argv[1], "ls") == 0)
		return cmd_ls(io, argc > 2 ? argv[2] : "");
	if (argc == 3 && strcmp(argv[1], "get") == 0)
		return cmd_get(io, argv[2]);
	if (argc == 4 && strcmp(argv[1], "set") == 0)
		return cmd_set(io, argv[2], argv[3]);
	return -EINVAL;
}

static int offer(const struct uk_store_ref *ref, void *arg)
{
	char path[PATH_MAX];

	uk_store_path(ref, path, sizeof(path));
	uk_cmd_offer(arg, path);
	return 0;
}

static void complete(struct uk_cmd_words *words, int argc, char **argv __unused)
{
	if (argc == 2) {
		uk_cmd_offer(words, "ls");
		uk_cmd_offer(words, "get");
		uk_cmd_offer(words, "set");
	} else if (argc == 3) {
		uk_store_foreach(offer, words);
	}
}

UK_CMD_COMPLETE(store, cmd_store, "shows and sets values",
		"ls [PREFIX] | get PATH or PREFIX | set PATH VALUE", UK_CMD_ANY,
		complete);
