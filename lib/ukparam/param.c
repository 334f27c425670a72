/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Reads a command line into parameters, arguments of main, and words that the
 * machine added. In place and without allocation: values and arguments point
 * into the line. All mistakes are reported, not just the first.
 */
#include <errno.h>
#include <string.h>
#include <uk/print.h>
#include "param_internal.h"

UK_TABLE_DEFINE(param, struct uk_param);

/*
 * QEMU's microvm appends one such word per virtio-mmio device, after
 * everything and so after -- as well. They are never quoted.
 */
static const char machine_prefix[] = "virtio_mmio.device=";
#define MACHINE_MAX 32

static const char *machine_words[MACHINE_MAX];
static unsigned int machine_count;

const char *uk_param_machine(unsigned int idx)
{
	return idx < machine_count ? machine_words[idx] : __NULL;
}

static int take_machine(const struct word *word)
{
	if (word->quoted || strncmp(word->text, machine_prefix,
				    sizeof(machine_prefix) - 1) != 0)
		return 0;
	if (machine_count < MACHINE_MAX)
		machine_words[machine_count++] = word->text;
	else
		uk_pr_warn("more than %d devices: \"%s\" is ignored\n",
			   MACHINE_MAX, word->text);
	return 1;
}

static const struct uk_param *find(const char *name)
{
	uk_table_foreach (param, p)
		if (strcmp(p->name, name) == 0)
			return p;
	return __NULL;
}

static int unknown(const char *name)
{
	const struct uk_param *near = nearest_param(name);

	if (near)
		uk_pr_err("unknown parameter \"%s\": did you mean %s?\n", name,
			  near->name);
	else
		uk_pr_err(
			"unknown parameter \"%s\": param.help lists all that the libraries of this image have; arguments of main go after --\n",
			name);
	return -EINVAL;
}

/* lib.name or lib.name=value */
static int set_param(char *text)
{
	char *value = strchr(text, '=');
	const struct uk_param *p;

	if (value)
		*value++ = '\0';
	p = find(text);
	if (!p)
		return unknown(text);
	if (value_set(p, value) == 0)
		return 0;
	if (value)
		uk_pr_err(
			"parameter %s: invalid value \"%s\": write %s=<%s>: %s\n",
			p->name, value, p->name, value_type(p), value_form(p));
	else
		uk_pr_err("parameter %s has no value: write %s=<%s>: %s\n",
			  p->name, p->name, value_type(p), value_form(p));
	return -EINVAL;
}

static int add_arg(char **argv, int *argc, char *text)
{
	if (*argc > CONFIG_LIBUKPARAM_ARGS_MAX) {
		uk_pr_err(
			"too many arguments at \"%s\": LIBUKPARAM_ARGS_MAX is %d\n",
			text, CONFIG_LIBUKPARAM_ARGS_MAX);
		return -EINVAL;
	}
	argv[(*argc)++] = text;
	return 0;
}

int param_parse(char *line, char **argv, int *argc)
{
	struct words words = { line };
	struct word word;
	int args = 0, ret = 0, rc;

	while ((rc = words_next(&words, &word)) != 0) {
		if (rc < 0)
			uk_pr_err("a quote is not closed: \"%s\"\n", word.text);
		else if (take_machine(&word))
			rc = 0;
		else if (args)
			rc = add_arg(argv, argc, word.text);
		else if (!word.quoted && strcmp(word.text, "--") == 0)
			args = 1;
		else
			rc = set_param(word.text);
		if (rc < 0)
			ret = rc;
	}
	argv[*argc] = __NULL;
	return ret;
}
