/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Ordered start and end of an image. The platform calls uk_boot() once memory
 * and traps work; it runs the init calls class by class and by priority, then
 * the main calls, and ends the machine. Names follow Unikraft's <uk/init.h>.
 *
 *	static int foo_init(struct uk_init_ctx *ctx) { ... return 0; }
 *	uk_lib_initcall(foo_init, 0);
 *
 * Classes in order: early (log 0, parameters 1, consoles 2), plat, bus,
 * rootfs, sys, lib, late; then main (tests 3, the application's main 5).
 */
#ifndef __UK_INIT_H__
#define __UK_INIT_H__

#include <uk/event.h>

/* Which program this is: CONFIG_UK_NAME, the name of its file, the version
 * of Vitrine, the architecture as make has it. Constant.
 */
extern const char uk_app_name[], uk_image_name[], uk_version[], uk_arch_name[];

/* Data that init calls pass to later ones. */
struct uk_init_ctx {
	int argc; /* arguments of main: the name alone, unless ukparam sets them
		   */
	char **argv; /* argc + 1 pointers, the last NULL; main may write there
		      */
};

/* Data for term calls. */
struct uk_term_ctx {
	int status; /* exit status, 0–63 or UKPLAT_STATUS_* */
};

/**
 * An init call.
 *
 * @return 0, or a negative errno, which ends the boot with status 71 after
 *   the event UK_EVENT_INIT_FAILED; -ECANCELED if it has said why itself.
 * Contexts: runs in init.
 */
typedef int (*uk_init_func_t)(struct uk_init_ctx *ctx);

/** A term call; runs in thread context, in the reverse order of init. */
typedef void (*uk_term_func_t)(const struct uk_term_ctx *ctx);

struct uk_init_rec {
	uk_init_func_t init; /* or NULL */
	uk_term_func_t term; /* or NULL */
};

/* Data of UK_EVENT_INIT_FAILED. */
struct uk_init_failure {
	const struct uk_init_rec *rec;
	int error; /* negative errno */
};

UK_EVENT_DECLARE(UK_EVENT_INIT_FAILED);

/*
 * Register an init call, a term call or both (0 where there is none). prio is
 * 0 (first in its class) to 9 (last); anything else does not compile.
 */
#define uk_initcall_class_prio(init_fn, term_fn, class, prio)   \
	UK_TABLE_RECORD(init_##class, struct uk_init_rec, prio, \
			__UK_CONCAT(uk_init_rec_##class,        \
				    __LINE__)) = { (init_fn), (term_fn) }

#define uk_early_initcall_prio(i, t, p) uk_initcall_class_prio(i, t, early, p)
#define uk_plat_initcall_prio(i, t, p) uk_initcall_class_prio(i, t, plat, p)
#define uk_bus_initcall_prio(i, t, p) uk_initcall_class_prio(i, t, bus, p)
#define uk_rootfs_initcall_prio(i, t, p) uk_initcall_class_prio(i, t, rootfs, p)
#define uk_sys_initcall_prio(i, t, p) uk_initcall_class_prio(i, t, sys, p)
#define uk_lib_initcall_prio(i, t, p) uk_initcall_class_prio(i, t, lib, p)
#define uk_late_initcall_prio(i, t, p) uk_initcall_class_prio(i, t, late, p)
#define uk_main_initcall_prio(i, t, p) uk_initcall_class_prio(i, t, main, p)

#define uk_early_initcall(i, t) uk_early_initcall_prio(i, t, 9)
#define uk_plat_initcall(i, t) uk_plat_initcall_prio(i, t, 9)
#define uk_bus_initcall(i, t) uk_bus_initcall_prio(i, t, 9)
#define uk_rootfs_initcall(i, t) uk_rootfs_initcall_prio(i, t, 9)
#define uk_sys_initcall(i, t) uk_sys_initcall_prio(i, t, 9)
#define uk_lib_initcall(i, t) uk_lib_initcall_prio(i, t, 9)
#define uk_late_initcall(i, t) uk_late_initcall_prio(i, t, 9)

/** Runs everything; called once by the platform, on the stack of main. */
void __noreturn uk_boot(void);

/**
 * Ends the image in order: term calls, then the machine.
 *
 * @param status 0–63; other values are cut to these six bits, except
 *   UKPLAT_STATUS_*. Contexts: init, thread.
 */
void __noreturn uk_exit(int status);

#endif /* __UK_INIT_H__ */
