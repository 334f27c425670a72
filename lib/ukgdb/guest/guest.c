/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The target's operations: registers, memory and points of this guest, while
 * it is stopped.
 */
#include <string.h>
#include <uk/arch/fpstate.h>
#include <uk/arch/paging.h>
#include <uk/arch/tls.h>
#ifdef CONFIG_LIBUKGDB_MONITOR
#include <uk/cmd.h>
#endif
#include <uk/init.h>
#include <uk/nofault.h>
#include <uk/plat/image.h>
#include <uk/plat/lcpu.h>
#include <uk/plat/paging.h>
#include <uk/snprintf.h>
#include <uk/thread.h>
#include <uk/time.h>
#include "guest.h"

/* --- registers ------------------------------------------------------------*/

/* Vector state of the program: a copy, from when it is asked for until the
 * program goes on.
 */
static __u8 fpstate[UKARCH_FPSTATE_SIZE_MAX] __aligned(UKARCH_FPSTATE_ALIGN);

void *gdb_guest_fp(void)
{
	if (!gdb_guest.fp_valid)
		ukarch_fpstate_save(fpstate);
	gdb_guest.fp_valid = 1;
	return fpstate;
}

static int reg_read(struct gdb_target *t, long tid, unsigned int nr, void *buf)
{
	struct gdb_reg_source src;
	struct __regs shown;
	int rc = gdb_guest_source(tid, nr, &src);

	if (rc)
		return rc;
	/* slots are not shown */
	if (nr == t->pc) {
		shown = *src.regs;
		uk_break_leave_slot(&shown);
		src.regs = &shown;
	}
	return gdb_arch_reg_read(&src, nr, buf);
}

#ifdef CONFIG_HAVE_SMP
/* The debugger puts back what it found before it called a function, which may
 * have moved the thread to another CPU: a read of per-CPU data begins again.
 */
static void moved(struct __regs *regs)
{
	__u32 before;

	if (uk_nofault_try_read(before,
				(const __u32 *)(ukarch_regs_pc(regs) - 4)))
		ukarch_percpu_resume(regs);
}
#else
static void moved(struct __regs *regs __unused)
{
}
#endif

static int reg_write(struct gdb_target *t, long tid, unsigned int nr,
		     const void *buf)
{
	struct gdb_reg_source src;
	int rc = gdb_call_write(tid, nr);

	if (!rc)
		rc = gdb_guest_source(tid, nr, &src);
	if (rc)
		return rc;
	rc = gdb_arch_reg_write(&src, nr, buf);
	if (!rc && nr == t->pc)
		moved(src.regs);
	if (!rc && src.fp == fpstate)
		ukarch_fpstate_restore(fpstate);
	return rc;
}

/* --- memory ---------------------------------------------------------------*/

static int is_device(__vaddr_t addr)
{
	struct uk_page_walk walk;

	return !uk_page_walk(addr, &walk) && (walk.attr & PAGE_ATTR_DEVICE);
}

/* Device registers are read and written as a whole, if that is asked for. */
static __sz device_access(__u64 addr, void *buf, __sz len, int write)
{
#define ACCESS(type)                                                         \
	case sizeof(type):                                                   \
		if (addr % sizeof(type))                                     \
			return 0;                                            \
		if (write)                                                   \
			return uk_nofault_try_write(*(type *)buf,            \
						    (type *)addr)            \
				       ? len                                 \
				       : 0;                                  \
		return uk_nofault_try_read(*(type *)buf, (const type *)addr) \
			       ? len                                         \
			       : 0
	switch (len) {
		ACCESS(__u8);
		ACCESS(__u16);
		ACCESS(__u32);
		ACCESS(__u64);
	default:
		return 0;
	}
#undef ACCESS
}

static __sz mem_read(struct gdb_target *t __unused, __u64 addr, void *buf,
		     __sz len)
{
	__sz n = 0;

	if (is_device(addr))
		return device_access(addr, buf, len, 0);
	/* up to where device memory begins */
	while (n < len && !is_device(addr + n)) {
		__sz part = MIN(len - n,
				__PAGE_SIZE - ((addr + n) & (__PAGE_SIZE - 1)));
		__sz got = uk_nofault_memcpy((char *)buf + n,
					     (const char *)addr + n, part, 0);

		n += got;
		if (got < part)
			break;
	}
	uk_break_hide(addr, buf, n);
	return n;
}

static __sz mem_write(struct gdb_target *t __unused, __u64 addr,
		      const void *buf, __sz len)
{
	__u64 copy;

	if (is_device(addr)) {
		if (len > sizeof(copy))
			return 0;
		memcpy(&copy, buf, len);
		return device_access(addr, &copy, len, 1);
	}
	return uk_break_write(addr, buf, len);
}

static const struct {
	const char *name;
	const char *start, *end;
} sections[] = {
	{ "text", _text, _etext },
	{ "rodata", _rodata, _erodata },
	{ "data", _data, _ebss },
};

static unsigned int prot_of(unsigned long attr)
{
	return ((attr & PAGE_ATTR_PROT_READ) ? GDB_PROT_READ : 0) |
	       ((attr & PAGE_ATTR_PROT_WRITE) ? GDB_PROT_WRITE : 0) |
	       ((attr & PAGE_ATTR_PROT_EXEC) ? GDB_PROT_EXEC : 0);
}

/* The page, or hole, that holds an address, and where it ends. */
static __u64 page_at(__u64 addr, struct uk_page_walk *walk, unsigned int *prot,
		     int *device)
{
	__u64 size;

	memset(walk, 0, sizeof(*walk));
	uk_page_walk(addr, walk);
	*prot = walk->mapped ? prot_of(walk->attr) : 0;
	*device = walk->mapped && (walk->attr & PAGE_ATTR_DEVICE);
	if (walk->level < 0) /* up to where addresses are canonical again */
		return addr >> 63 ? 0 : 0xffff800000000000UL;
	size = PAGE_LEVEL_SIZE(walk->level);
	return (addr & ~(size - 1)) + size;
}

/* How many pages are looked at, at most, for the end of a region. */
#define REGION_PAGES 4096

static int region(struct gdb_target *t __unused, __u64 addr,
		  struct gdb_region *r)
{
	struct uk_page_walk walk;
	unsigned int prot;
	int device;

	r->end = page_at(addr, &walk, &prot, &device);
	r->start = walk.level < 0 ? addr
				  : addr & ~(PAGE_LEVEL_SIZE(walk.level) - 1);
	r->prot = prot;
	r->device = device;
	for (unsigned int i = 0; r->end && i < REGION_PAGES; i++) {
		__u64 end = page_at(r->end, &walk, &prot, &device);

		if (prot != r->prot || device != r->device)
			break;
		r->end = end;
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(sections); i++)
		if (addr >= (__u64)sections[i].start &&
		    addr < (__u64)sections[i].end)
			r->name = sections[i].name;
	return 0;
}

/* --- points ---------------------------------------------------------------*/

static int point_insert(struct gdb_target *t __unused, enum gdb_point_type type,
			__u64 addr, __u64 kind)
{
	int rc;

	if (type == GDB_POINT_SW)
		return uk_break_insert(addr, UK_BREAK_DEBUGGER, __NULL);
	rc = gdb_arch_hw_insert((enum gdb_hw_type)type, addr, kind);
	return rc == -EEXIST ? 0 : rc;
}

static int point_remove(struct gdb_target *t __unused, enum gdb_point_type type,
			__u64 addr, __u64 kind)
{
	if (type == GDB_POINT_SW)
		return uk_break_remove(addr, UK_BREAK_DEBUGGER);
	return gdb_arch_hw_remove((enum gdb_hw_type)type, addr, kind);
}

#ifdef CONFIG_LIBUKGDB_CONDITIONS
/* Debuggers remove and insert all breakpoints at each stop: one that is
 * compiled stays until the place has another one.
 */
static void point_condition(struct gdb_target *t __unused, __u64 addr,
			    const __u8 *code, unsigned int len)
{
	struct uk_break *b = uk_break_at(addr);
	uk_ax_function old;

	if (!b || (code && uk_ax_native_is(b->condition, code, len)))
		return;
	old = b->condition;
	uk_break_condition(b, UK_BREAK_DEBUGGER, __NULL);
	uk_ax_native_free(old);
	if (code)
		uk_break_condition(b, UK_BREAK_DEBUGGER,
				   uk_ax_native(code, len));
}
#endif

/* --- run control ----------------------------------------------------------*/

/* What others than the thread that stopped get; whether one that does not do
 * what was decided stays stopped.
 */
static int resume_others(struct gdb_target *t, const struct gdb_resume *r)
{
	struct gdb_decision *d = &gdb_guest.decision;
	const struct gdb_action *a;
	struct gdb_reg_source src;
	long tid = 0;
	int rc = 0;

	while ((tid = gdb_thread_after(t, tid))) {
		a = gdb_resume_action(r, tid);
		d->alone |= tid != d->tid && !a;
		if (a && tid != gdb_guest_tid() &&
		    !gdb_guest_source(tid, 0, &src) && !rc)
			rc = gdb_signal_queue(tid, src.regs, a->signal);
	}
	return rc;
}

/* The thread that does something else than continue, and whether the others
 * stay stopped: the first action that is a step, or that names a thread.
 */
static int resume(struct gdb_target *t, const struct gdb_resume *r)
{
	const struct gdb_action *a = gdb_resume_action(r, gdb_guest_tid());
	struct gdb_decision *d = &gdb_guest.decision;
	int signal = a ? a->signal : GDB_SIGNONE;

	*d = (struct gdb_decision){ .act = GDB_ACT_CONTINUE };
	for (unsigned int i = 0; i < r->n; i++) {
		a = &r->actions[i];
		if (a->act == GDB_ACT_STEP || a->act == GDB_ACT_RANGE ||
		    (!d->tid && a->tid > 0 && a->act == GDB_ACT_CONTINUE))
			*d = (struct gdb_decision){ .act = a->act,
						    .tid = a->tid,
						    .start = a->start,
						    .end = a->end };
		if (d->act != GDB_ACT_CONTINUE)
			break;
	}
	if (d->tid < 1)
		d->tid = gdb_guest_tid();
	d->signal = signal;
	/* what stopped may be a thread that has exited, and idles */
	if (d->tid != gdb_guest_tid() && !gdb_thread_is_alive(t, d->tid))
		return -ESRCH;
	return resume_others(t, r);
}

/* --- tracepoints ----------------------------------------------------------*/

#ifdef CONFIG_LIBUKGDB_TRACE
static __u8 trace_mem[CONFIG_LIBUKGDB_TRACE_KB * 1024];

static __u64 time(struct gdb_target *t __unused)
{
	return uk_time_monotonic() / 1000;
}
#endif

/* How a session ends is in what gdb_session_serve() returns. */
static void nothing(struct gdb_target *t __unused)
{
}

/* --- threads: see threads.c ---------------------------------------------*/

#ifdef CONFIG_LIBUKGDB_THREADS
static int tls_addr(struct gdb_target *t __unused, long tid, __u64 offset,
		    __u64 *addr)
{
	struct gdb_reg_source src;
	__vaddr_t vars;
	int rc = gdb_guest_source(tid, 0, &src);

	if (rc)
		return rc;
	vars = gdb_image_tls(src.tls ? *src.tls : ukarch_tls_pointer());
	*addr = vars + offset;
	return vars ? 0 : -ENODATA;
}
#endif

#ifdef CONFIG_LIBUKGDB_MONITOR
struct monitor {
	struct uk_cmd_io io;
	gdb_text_fn out;
	void *ctx;
};

static void monitor_out(struct uk_cmd_io *io, const char *text, __sz len)
{
	struct monitor *m = __containerof(io, struct monitor, io);

	m->out(m->ctx, text, len);
}

/* What is wrong with the line was said by then. */
static int monitor(struct gdb_target *t __unused, const char *line,
		   gdb_text_fn out, void *ctx)
{
	struct monitor m = { { .out = monitor_out }, out, ctx };

	uk_break_sync(); /* commands see the program's own memory */
	(void)uk_cmd_run(&m.io, line, strlen(line));
	return 0;
}
#endif

static int restart(struct gdb_target *t __unused)
{
	ukplat_restart();
}

static const struct gdb_target_ops ops = {
	.reg_read = reg_read,
	.reg_write = reg_write,
	.mem_read = mem_read,
	.mem_write = mem_write,
#ifdef CONFIG_LIBUKGDB_LLDB_CALLS
	.mem_alloc = gdb_scratch_alloc,
	.mem_free = gdb_scratch_free,
#endif
	.point_insert = point_insert,
	.point_remove = point_remove,
#ifdef CONFIG_LIBUKGDB_CONDITIONS
	.point_condition = point_condition,
#endif
	.resume = resume,
	.thread_next = gdb_thread_after,
	.thread_alive = gdb_thread_is_alive,
	.thread_info = gdb_thread_info_get,
	.region = region,
#ifdef CONFIG_LIBUKGDB_THREADS
	.tls_addr = tls_addr,
	.auxv = gdb_image_auxv,
#endif
#ifdef CONFIG_LIBUKGDB_MONITOR
	.monitor = monitor,
#endif
#ifdef CONFIG_LIBUKGDB_TRACE
	.time = time,
#endif
	.restart = restart,
	.detach = nothing,
	.kill = nothing,
};

void gdb_guest_describe(struct gdb_target *target)
{
	gdb_arch_describe(target);
	target->ops = &ops;
	target->exec_file = uk_image_name;
	target->break_kind = uk_break_len;
#ifdef CONFIG_LIBUKGDB_TRACE
	target->trace_mem = trace_mem;
	target->trace_size = sizeof(trace_mem);
#endif
}
