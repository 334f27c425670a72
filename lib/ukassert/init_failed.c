/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The message for an init call that failed: its name, and the error. A call
 * that returned -ECANCELED has logged the reason itself.
 */
#include <errno.h>
#include <uk/errno_name.h>
#include <uk/init.h>
#include <uk/print.h>
#include <uk/symtab.h>

static int init_failed(void *data)
{
	const struct uk_init_failure *f = data;

	char call[UK_SYMBOL_TEXT_MAX];

	if (f->error != -ECANCELED)
		uk_pr_err("init call %s failed: %s, error %d\n",
			  uk_symbol_text((__uptr)f->rec->init, 0, call),
			  uk_errno_name(f->error), f->error);
	return UK_EVENT_NOT_HANDLED;
}

UK_EVENT_HANDLER(UK_EVENT_INIT_FAILED, init_failed);
