/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * "ukboot/request_shutdown" of the store, Unikraft's name for it: a client that
 * may set values ends the image in order. That is done by a thread of its own a
 * moment later, so that who asked gets an answer.
 */
#include <uk/init.h>
#include <uk/percpu.h>
#include <uk/print.h>
#include <uk/sched.h>

#undef __LIBNAME__
#define __LIBNAME__ "libukboot"
#include <uk/store.h>

UK_EVENT(UK_EVENT_SHUTDOWN);

#define ANSWER_NS 100000000UL

static int status;

static void *shut_down(void *arg __unused)
{
	uk_thread_sleep(ANSWER_NS);
	uk_pr_info("shutdown with status %d, as requested\n", status);
	uk_raise_event(UK_EVENT_SHUTDOWN, &status);
	uk_exit(status);
}

static int request_shutdown(void *cookie __unused, __u8 in)
{
	struct uk_thread_attr attr = { .name = "shutdown", .detached = 1 };
	static int requested;
	int ret;

	if (uk_percpu_read(trap_depth))
		return -EPERM;
	if (__atomic_exchange_n(&requested, 1, __ATOMIC_RELAXED))
		return -EBUSY;
	status = in;
	ret = uk_thread_create_attr(__NULL, &attr, shut_down, __NULL);
	if (ret)
		requested = 0;
	return ret;
}

UK_STORE_STATIC_ENTRY_INFO(1, request_shutdown, u8, __NULL, request_shutdown,
			   .max = 63,
			   .help = "set: ends the image with this status");
