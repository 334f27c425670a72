/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Walks the classes of init calls up and, at the end, down again. Which calls
 * there are is known only to the linker.
 */
#include <uk/init.h>
#include <uk/plat/lcpu.h>
#include "init_internal.h"

UK_EVENT(UK_EVENT_INIT_FAILED);

UK_TABLE_DEFINE(init_early, struct uk_init_rec);
UK_TABLE_DEFINE(init_plat, struct uk_init_rec);
UK_TABLE_DEFINE(init_bus, struct uk_init_rec);
UK_TABLE_DEFINE(init_rootfs, struct uk_init_rec);
UK_TABLE_DEFINE(init_sys, struct uk_init_rec);
UK_TABLE_DEFINE(init_lib, struct uk_init_rec);
UK_TABLE_DEFINE(init_late, struct uk_init_rec);
UK_TABLE_DEFINE(init_main, struct uk_init_rec);

#define CLASS(c)                                               \
	{                                                      \
		uk_tab_init_##c##_start, uk_tab_init_##c##_end \
	}

static const struct {
	const struct uk_init_rec *start;
	const struct uk_init_rec *end;
} classes[] = {
	CLASS(early), CLASS(plat), CLASS(bus),	CLASS(rootfs),
	CLASS(sys),   CLASS(lib),  CLASS(late), CLASS(main),
};

/* The records whose init call was begun, counted over all classes: the term
 * calls of later ones must not run.
 */
static unsigned int begun;
static int exiting;

static int run(const struct uk_init_rec *rec, struct uk_init_ctx *ctx)
{
	struct uk_init_failure failure = { .rec = rec };

	begun++;
	if (!rec->init)
		return 0;
	failure.error = rec->init(ctx);
	if (failure.error < 0)
		uk_raise_event(UK_EVENT_INIT_FAILED, &failure);
	return failure.error < 0 ? failure.error : 0;
}

void __noreturn uk_boot(void)
{
	struct uk_init_ctx ctx = { .argc = 1, .argv = init_no_args };

	for (unsigned int c = 0; c < ARRAY_SIZE(classes); c++) {
		const struct uk_init_rec *rec;

		for (rec = classes[c].start; rec < classes[c].end; rec++)
			if (run(rec, &ctx))
				uk_exit(UKPLAT_STATUS_SETUP);
	}
	uk_exit(0);
}

void __noreturn uk_exit(int status)
{
	struct uk_term_ctx ctx = { .status = status };
	unsigned int seen = 0;

	if (status != UKPLAT_STATUS_CRASH && status != UKPLAT_STATUS_SETUP)
		ctx.status &= 0x3f;

	/* A term call that exits or fails must not run the others again. */
	for (unsigned int c = 0; c < ARRAY_SIZE(classes); c++)
		seen += (unsigned int)(classes[c].end - classes[c].start);
	for (unsigned int c = ARRAY_SIZE(classes); !exiting && c-- > 0;) {
		const struct uk_init_rec *rec = classes[c].end;

		while (rec-- > classes[c].start) {
			if (seen-- <= begun && rec->term) {
				begun = seen;
				rec->term(&ctx);
			}
		}
	}
	exiting = 1;
	ukplat_poweroff(ctx.status);
}
