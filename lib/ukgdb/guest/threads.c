/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Threads, as a debugger sees them: those of the scheduler, and each CPU that
 * has none of these. With no scheduler, or before it, thread n + 1 is CPU n.
 */
#include <uk/snprintf.h>
#include <uk/thread.h>
#include "guest.h"

int gdb_tid_cpu(long tid)
{
	for (unsigned int i = 0; i < ukplat_lcpu_count(); i++)
		if (uk_lcpu_state(i) != UK_LCPU_OFF &&
		    uk_thread_id_on(i) == tid)
			return (int)i;
	return -1;
}

/* Where the registers of a thread are; vector state only if nr needs it. */
int gdb_guest_source(long tid, unsigned int nr, struct gdb_reg_source *src)
{
	struct uk_thread *t = tid > 0 ? uk_thread_by_id((unsigned int)tid)
				      : __NULL;
	int cpu = gdb_tid_cpu(tid);

	*src = (struct gdb_reg_source){ 0 };
	if (tid == gdb_guest_tid()) {
		src->regs = gdb_guest.regs;
		if (gdb_arch_reg_is_fp(nr))
			src->fp = gdb_guest_fp();
		return 0;
	}
	if (cpu >= 0) {
		src->regs = gdb_cpu_regs((unsigned int)cpu);
		src->fp = uk_lcpu_fpstate((unsigned int)cpu);
	} else if (gdb_call_source(tid, nr, src)) {
	} else if (t) {
		src->regs = uk_thread_regs(t);
		src->fp = uk_thread_fpstate(t);
	} else {
		return -ESRCH;
	}
	src->tls = t ? &t->tls : __NULL;
	return src->regs ? 0 : -ENODATA;
}

/* One that has exited is gone, though it may still idle on its CPU: until the
 * debugger knows that.
 */
static int is_there(const struct uk_thread *t)
{
	const struct gdb_session *s = &gdb_guest.session;

	return t && (t->state != UK_THREAD_EXITED ||
		     (gdb_tid_cpu(t->id) >= 0 &&
		      !(s->no_resumed && s->stop.why == GDB_STOP_NO_RESUMED)));
}

/* The thread of the scheduler after an id, 0 if there is none. */
static long listed_after(long tid)
{
	const struct uk_thread *t = __NULL;

	while ((t = uk_thread_next(t)))
		if ((long)t->id > tid && is_there(t))
			return t->id;
	return 0;
}

long gdb_thread_after(struct gdb_target *target __unused, long tid)
{
	long next = listed_after(tid), own;

	for (unsigned int i = 0; !next && i < ukplat_lcpu_count(); i++) {
		own = uk_thread_id_on(i);
		if (!uk_thread_on(i) && own > tid &&
		    uk_lcpu_state(i) != UK_LCPU_OFF)
			next = own;
	}
	return next;
}

int gdb_thread_is_alive(struct gdb_target *target __unused, long tid)
{
	const struct uk_thread *t = tid > 0 ? uk_thread_by_id((unsigned int)tid)
					    : __NULL;

	return t ? is_there(t) : gdb_tid_cpu(tid) >= 0;
}

static void info_of_thread(const struct uk_thread *t,
			   struct gdb_thread_info *info)
{
	const char *state = uk_thread_state_name(t);
	int cpu = uk_thread_cpu(t);
	__sz n;

	info->handle = (__u64)(__uptr)t;
	uk_snprintf(info->name, sizeof(info->name), "%s", t->name);
	if (cpu >= 0) {
		uk_snprintf(info->extra, sizeof(info->extra), "%s on CPU %d",
			    state, cpu);
		return;
	}
	n = (__sz)uk_snprintf(info->extra, sizeof(info->extra), "%s ", state);
	if (!uk_thread_wait_text(t, info->extra + n, sizeof(info->extra) - n))
		info->extra[n - 1] = '\0';
}

int gdb_thread_info_get(struct gdb_target *target __unused, long tid,
			struct gdb_thread_info *info)
{
	const struct uk_thread *thread =
		tid > 0 ? uk_thread_by_id((unsigned int)tid) : __NULL;
	int cpu = gdb_tid_cpu(tid);

	if (!thread && cpu < 0)
		return -ESRCH;
	info->core = cpu < 0 ? 0 : (unsigned int)cpu;
	if (thread) {
		info_of_thread(thread, info);
		return 0;
	}
	uk_snprintf(info->name, sizeof(info->name), cpu ? "CPU %d" : "main",
		    cpu);
	uk_snprintf(info->extra, sizeof(info->extra), "%s",
		    cpu == (int)ukplat_lcpu_id() ||
				    uk_lcpu_trap((unsigned int)cpu)
			    ? "running"
			    : "did not stop");
	return 0;
}
