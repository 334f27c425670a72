/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Commands: what each allocator has given. The numbers are read as they stand:
 * in a trap one of them may be ahead of the others. With LIBUKALLOC_CHECKS also
 * who has it, and what nothing points to.
 */
#include <uk/alloc.h>
#include <uk/cmd.h>

static int cmd_mem(struct uk_cmd_io *io, int argc, char **argv __unused)
{
	if (argc > 1)
		return -EINVAL;
	uk_alloc_foreach(a)
	{
		const struct uk_alloc_stats *s = &a->stats;

		uk_cmd_printf(io, "%s: %lu bytes, %lu in use, %lu at most\n",
			      a->name, s->total, s->cur_mem_use,
			      s->max_mem_use);
		uk_cmd_printf(io,
			      "  %lu blocks in use, %lu at most; %lu requests, "
			      "%lu failed\n",
			      s->cur_nb_allocs, s->max_nb_allocs,
			      s->tot_nb_allocs + s->nb_enomem, s->nb_enomem);
	}
	return 0;
}

UK_CMD(mem, cmd_mem, "shows the heaps", "", UK_CMD_ANY);

#ifdef CONFIG_LIBUKALLOC_CHECKS
#include <string.h>
#include <uk/lcpu.h>
#include <uk/nofault.h>
#include <uk/plat/image.h>
#include <uk/stack.h>
#include <uk/thread.h>
#include "alloc_internal.h"

#define GROUPS_SHOWN 10
#define CHUNK 512 /* bytes read at a time; a page is a multiple of it */

static void write_line(const char *line, void *io)
{
	uk_cmd_printf(io, "%s\n", line);
}

/* Keeps the heap as it is; in a debugger all stand, and a lock may be held by
 * what was stopped.
 */
static unsigned long heap_lock(void)
{
	return uk_percpu_read(trap) ? ukarch_irq_save() : ukalloc_lock();
}

static void heap_unlock(unsigned long flags)
{
	if (uk_percpu_read(trap))
		ukarch_irq_restore(flags);
	else
		ukalloc_unlock(flags);
}

/* Begins a list, which write_groups() ends; or why there is none. */
static int lists(struct uk_alloc *a, struct uk_alloc_damage *d)
{
	if (!a->ops->blocks)
		return -ENOTSUP;
	if (uk_percpu_read(trap) && ukalloc_locked_elsewhere())
		return -EBUSY;
	return a->ops->check(a, d) ? -EFAULT : ukalloc_groups_begin();
}

static int refuse(struct uk_cmd_io *io, struct uk_alloc *a, int rc,
		  const struct uk_alloc_damage *d)
{
	if (rc == -EFAULT)
		ukalloc_describe(d, write_line, io);
	else if (rc == -EBUSY)
		uk_cmd_printf(io,
			      "%s: another CPU was changing it; try again "
			      "a little later\n",
			      a->name);
	else if (rc == -EAGAIN)
		uk_cmd_printf(
			io,
			"%s: someone else reads it; try again a little later\n",
			a->name);
	else
		uk_cmd_printf(io, "%s: this allocator keeps no owners\n",
			      a->name);
	return rc;
}

static void write_groups(struct uk_cmd_io *io, struct uk_alloc *a,
			 const char *what, __u64 shown)
{
	__sz bytes, blocks = ukalloc_groups_sum(&bytes);

	uk_cmd_printf(io, "%s: %lu bytes in %lu blocks%s\n", a->name, bytes,
		      blocks, what);
	if (shown)
		ukalloc_groups_write(shown, write_line, io);
	ukalloc_groups_end();
}

static int heap(struct uk_cmd_io *io, struct uk_alloc *a, __u64 shown)
{
	struct uk_alloc_damage damage;
	unsigned long flags = heap_lock();
	int rc = lists(a, &damage);

	if (!rc)
		a->ops->blocks(a, ukalloc_groups_add, __NULL);
	heap_unlock(flags);
	if (rc)
		return refuse(io, a, rc, &damage);
	write_groups(io, a, ", no damage", shown);
	return 0;
}

static int cmd_heap(struct uk_cmd_io *io, int argc, char **argv)
{
	__u64 shown = GROUPS_SHOWN;
	int rc, ret = 0;

	if (argc == 2 && !strcmp(argv[1], "check"))
		shown = 0;
	else if (argc > 2 || (argc == 2 && uk_cmd_number(argv[1], &shown)))
		return -EINVAL;
	uk_alloc_foreach(a)
	{
		rc = heap(io, a, shown);
		ret = ret ? ret : rc;
	}
	return ret;
}

UK_CMD(heap, cmd_heap, "checks the heaps, lists blocks by call trace",
       "[check|NUMBER]", UK_CMD_ANY);

/* --- leaks -------------------------------------------------------------- */

/*
 * Marks what the words of a range point to. Of stacks only what is in use
 * counts, which stack() scans: `skip` leaves their pages out.
 */
static void scan(struct uk_alloc *a, __uptr from, __uptr to, int skip)
{
	__uptr words[CHUNK / sizeof(__uptr)];
	const struct uk_stack *s;
	int look = skip;
	__sz len;

	from = ALIGN_UP(from, sizeof(*words));
	for (; from + sizeof(*words) <= to; from += len) {
		s = look ? uk_stack_find(from) : __NULL;
		if (s) {
			len = MIN((__uptr)s->top, to) - from;
			continue;
		}
		len = MIN(CHUNK - from % CHUNK, ALIGN_DOWN(to - from, 8UL));
		/* behind its guard page one begins with a page */
		look = skip && !((from + len) % __PAGE_SIZE);
		if (uk_nofault_memcpy((char *)words, (char *)from, len, 0) !=
		    len)
			continue;
		for (__sz i = 0; i < len / sizeof(*words); i++)
			a->ops->mark(a, words[i]);
	}
}

/* From the stack pointer on. */
static void stack(struct uk_alloc *a, __uptr sp)
{
	const struct uk_stack *s = uk_stack_find(sp);

	if (s)
		scan(a, MAX(sp, (__uptr)s->base), (__uptr)s->top, 0);
}

static void registers(struct uk_alloc *a, const struct __regs *regs)
{
	scan(a, (__uptr)regs, (__uptr)(regs + 1), 0);
	stack(a, ukarch_regs_sp(regs));
}

/* A thread in a handler on another stack uses its own as well, and so may one
 * that did not stop: all of it counts.
 */
static void thread(struct uk_alloc *a, struct uk_thread *t,
		   const struct __regs *regs)
{
	__uptr base = (__uptr)t->stack.base, top = (__uptr)t->stack.top;
	__uptr sp = regs ? ukarch_regs_sp(regs) : 0;

	if (t->state == UK_THREAD_EXITED)
		return;
	if (regs)
		registers(a, regs);
	if (sp < base || sp >= top)
		scan(a, base, top, 0);
}

static void mark_all(struct uk_alloc *a, const struct __regs *here)
{
	struct uk_alloc_block b;
	struct uk_thread *t = __NULL, *current = uk_thread_current();

	scan(a, (__uptr)_data, (__uptr)_ebss, 1);
	if (!current)
		registers(a, here);
	while ((t = uk_thread_next(t)))
		thread(a, t, t == current ? here : uk_thread_regs(t));
	while (a->ops->mark_next(a, &b))
		scan(a, (__uptr)b.ptr, (__uptr)b.ptr + b.size, 1);
}

/* With all other CPUs and threads standing. Returns as lists() does. */
static int find_leaks(struct uk_alloc *a, const struct __regs *here,
		      struct uk_alloc_damage *d)
{
	int in_trap = uk_percpu_read(trap) != __NULL;
	unsigned long threads = in_trap ? 0 : uk_threads_lock();
	unsigned long flags = heap_lock();
	int rc, others = uk_lcpu_look();

	rc = lists(a, d);
	if (!rc) {
		a->ops->mark_begin(a);
		mark_all(a, here);
		a->ops->mark_end(a, ukalloc_groups_add, __NULL);
	}
	uk_lcpu_look_end(others);
	heap_unlock(flags);
	if (!in_trap)
		uk_threads_unlock(threads);
	return rc;
}

static int cmd_leaks(struct uk_cmd_io *io, int argc, char **argv)
{
	struct uk_alloc_damage damage;
	__u64 shown = GROUPS_SHOWN;
	struct __regs here;
	int rc, ret = 0;

	if (argc > 2 || (argc == 2 && uk_cmd_number(argv[1], &shown)))
		return -EINVAL;
	ukarch_regs_capture(&here);
	uk_alloc_foreach(a)
	{
		rc = find_leaks(a,
				uk_percpu_read(trap)
					? uk_percpu_read(trap)->regs
					: &here,
				&damage);
		if (rc)
			refuse(io, a, rc, &damage);
		else
			write_groups(io, a, " that nothing points to", shown);
		ret = ret ? ret : rc;
	}
	return ret;
}

UK_CMD(leaks, cmd_leaks, "lists blocks that nothing points to", "[NUMBER]",
       UK_CMD_ANY);
#endif /* CONFIG_LIBUKALLOC_CHECKS */
