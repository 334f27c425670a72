/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Switches tracepoints: their nops become jumps, and nops again. A site is in
 * one aligned word, which one store changes; the other CPUs stand meanwhile
 * where there are several.
 */
#include <errno.h>
#include <string.h>
#include <uk/init.h>
#include <uk/lcpu.h>
#include <uk/param.h>
#include <uk/plat/paging.h>
#include <uk/print.h>
#include <uk/snprintf.h>
#include "trace_internal.h"

static char *boot_names;
UK_PARAM(trace, on, &boot_names, charp,
	 "tracepoints that are on from the start: names, * for all");

/* 1 if a name is what a pattern of some length stands for. Where it goes on
 * otherwise than by the shortest text for the last star, no other star helps.
 */
static int fits(const char *pattern, __sz len, const char *name)
{
	const char *end = pattern + len, *star = __NULL, *behind = __NULL;

	while (*name) {
		if (pattern < end && *pattern == '*') {
			star = pattern++;
			behind = name;
		} else if (pattern < end &&
			   (*pattern == '?' || *pattern == *name)) {
			pattern++;
			name++;
		} else if (star) {
			pattern = star + 1;
			name = ++behind;
		} else {
			return 0;
		}
	}
	while (pattern < end && *pattern == '*')
		pattern++;
	return pattern == end;
}

static int write_site(const struct uk_trace_site *site, int on)
{
	__u64 at = ALIGN_DOWN(site->site, UKARCH_SITE_WORD);
	__u8 word[UKARCH_SITE_WORD], now[UKARCH_SITE_LEN];
	__sz offset = site->site - at;

	memcpy(word, (const void *)at, sizeof(word));
	ukarch_site_code(now, site->site, on ? 0 : site->target);
	if (memcmp(word + offset, now, sizeof(now)))
		return -EBUSY;
	ukarch_site_code(word + offset, site->site, on ? site->target : 0);
	return ukplat_page_poke(at, word, sizeof(word));
}

/* All sites of a tracepoint, or none. @return 1 if there was nothing to do */
static int switch_point(const struct uk_tracepoint *point, int on)
{
	const struct uk_trace_site *failed = __NULL;
	int rc = 0;

	if (*point->on == on)
		return 1;
	uk_table_foreach (trace_site, site)
		if (site->point == point && !failed) {
			rc = write_site(site, on);
			failed = rc ? site : __NULL;
		}
	if (!failed) {
		*point->on = (_Bool)on;
		return 0;
	}
	uk_table_foreach (trace_site, back) {
		if (back == failed)
			break;
		if (back->point == point)
			(void)write_site(back, !on);
	}
	return rc;
}

struct outcome {
	int already;	    /* so many were as they should be */
	const char *failed; /* of the names, the one that stopped it */
	__sz failed_len;
};

static int switch_all(const char *pattern, __sz len, int on, int *already)
{
	int rc, found = 0;

	uk_table_foreach (tracepoint, point) {
		if (!fits(pattern, len, point->name))
			continue;
		rc = switch_point(point, on);
		if (rc < 0)
			return rc;
		*already += rc;
		found++;
	}
	return found ? found : -ENOENT;
}

static int switch_each(const char *names, int on, struct outcome *out)
{
	int rc, found = 0;
	__sz len;

	do {
		for (len = 0; names[len] && names[len] != ',';)
			len++;
		rc = switch_all(names, len, on, &out->already);
		if (rc < 0) {
			out->failed = names;
			out->failed_len = len;
			return rc;
		}
		found += rc;
		names += len;
	} while (*names++);
	return found;
}

static int switch_alone(const char *names, int on, struct outcome *out)
{
	unsigned long irq = ukarch_irq_save();
	int rc, others = uk_lcpu_look();

	out->already = 0;
	rc = switch_each(names, on, out);
	uk_lcpu_look_end(others);
	ukarch_irq_restore(irq);
	return rc;
}

int uk_trace_switch(const char *names, int on)
{
	struct outcome out;

	return switch_alone(names, on, &out);
}

static const char *reason(int rc)
{
	return rc == -ENOENT  ? "no tracepoint has such a name"
	       : rc == -EBUSY ? "a breakpoint is in the code of one: remove it"
			      : "the code cannot be written";
}

int uk_trace_switch_words(const char *names, int on, char *buf, __sz len)
{
	const char *state = on ? "on" : "off";
	struct outcome out;
	int rc = switch_alone(names, on, &out);

	if (rc < 0)
		(void)uk_snprintf(
			buf, len, "%.*s: %s%s", (int)MIN(out.failed_len, 80UL),
			out.failed, reason(rc),
			rc == -ENOENT ? "; the command `tracepoints` and GET "
					"/tracepoints list them"
				      : "");
	else if (out.already)
		(void)uk_snprintf(buf, len, "%d %s, %d of them already", rc,
				  state, out.already);
	else
		(void)uk_snprintf(buf, len, "%d %s", rc, state);
	return rc;
}

static void log_line(const char *text, void *arg __unused)
{
	uk_pr_crit("%s\n", text);
}

/* There is no command yet that lists them. */
static int switch_at_boot(struct uk_init_ctx *ctx __unused)
{
	int rc = boot_names && *boot_names ? uk_trace_switch(boot_names, 1) : 0;

	if (rc >= 0)
		return 0;
	uk_pr_crit("trace.on=%s: %s\n", boot_names, reason(rc));
	if (rc == -ENOENT) {
		uk_pr_crit("This image has:\n");
		uk_trace_list(log_line, __NULL);
	}
	return -ECANCELED;
}

uk_plat_initcall_prio(switch_at_boot, 0, 3);
