/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Store entries about threads. Sums are computed when they are read: of the
 * existing threads, and of the stored sums of ended ones. With ukalloc a thread
 * is an object with its number and its name, which is created at the first
 * read: a thread that ends before costs nothing.
 *
 * An object knows its thread by number, not by address, so that a reader gets
 * an error after the thread has ended.
 */
#include <uk/store.h>
#include "sched_internal.h"

#define COUNTER(id, name, ...)                                        \
	UK_STORE_STATIC_ENTRY_INFO(id, name, u64, get_##name, __NULL, \
				   .kind = UK_STORE_COUNTER, __VA_ARGS__)

static int get_threads(void *cookie __unused, __u32 *out)
{
	*out = uk_sched_thread_count();
	return 0;
}

static int get_ready(void *cookie __unused, __u32 *out)
{
	unsigned long flags = uk_threads_lock();
	__u32 count = 0;

	/* bounded: a trap may have hit a change of the queue */
	for (unsigned int cpu = 0; cpu < CPUS; cpu++) {
		struct thread *t = uksched.cpus[cpu].ready_first;

		for (; t && count < uksched.alive; t = t->ready_next)
			count++;
	}
	uk_threads_unlock(flags);
	*out = count;
	return 0;
}

static int get_switches(void *cookie __unused, __u64 *out)
{
	unsigned long flags = uk_threads_lock();
	struct uk_thread *t = __NULL;
	__u64 sum = uksched.gone_switches;

	while ((t = uk_thread_next(t)))
		sum += t->switches;
	uk_threads_unlock(flags);
	*out = sum;
	return 0;
}

static int get_run_time(void *cookie __unused, __u64 *out)
{
	unsigned long flags = uk_threads_lock();
	struct uk_thread *t = __NULL;
	__u64 sum = uksched.gone_time;

	while ((t = uk_thread_next(t)))
		if (!sched_is_idle(thread_of(t)))
			sum += uk_thread_cpu_time(t);
	uk_threads_unlock(flags);
	*out = sum;
	return 0;
}

static int get_idle_time(void *cookie __unused, __u64 *out)
{
	unsigned long flags = uk_threads_lock();

	*out = uk_sched_idle_time();
	uk_threads_unlock(flags);
	return 0;
}

UK_STORE_STATIC_ENTRY_INFO(1, threads, u32, get_threads, __NULL,
			   .help = "threads that have not ended",
			   .flags = UK_STORE_ENTRY_FLAG_CRASH);
UK_STORE_STATIC_ENTRY_INFO(2, ready, u32, get_ready, __NULL,
			   .help = "threads that wait for the CPU",
			   .flags = UK_STORE_ENTRY_FLAG_CRASH);
COUNTER(3, switches, .help = "threads that were given the CPU",
	.flags = UK_STORE_ENTRY_FLAG_CRASH);
COUNTER(4, run_time, .unit = "nanoseconds",
	.help = "time that threads had the CPU");
COUNTER(5, idle_time, .unit = "nanoseconds",
	.help = "time that CPUs were idle");

#ifdef CONFIG_LIBUKALLOC
#include <string.h>
#include <uk/alloc.h>
#include <uk/snprintf.h>

/* The thread with that number or the first one above it, locked. Ids
 * ascend, so that it ends in a damaged list too.
 */
static struct uk_thread *at_or_behind(unsigned int id)
{
	struct uk_thread *t = (struct uk_thread *)uksched.first, *next;

	for (; t && t->id < id; t = next) {
		next = t->next;
		if (next && next->id <= t->id)
			return __NULL;
	}
	return t;
}

static struct uk_thread *by_id(void *cookie)
{
	unsigned int id = (unsigned int)(__uptr)cookie;
	struct uk_thread *t = at_or_behind(id);

	return t && t->id == id ? t : __NULL;
}

/* The cookie of a thread's object is its number. */
static int get_thread_run_time(void *cookie, __u64 *out)
{
	unsigned long flags = uk_threads_lock();
	struct uk_thread *t = by_id(cookie);

	*out = t ? uk_thread_cpu_time(t) : 0;
	uk_threads_unlock(flags);
	return t ? 0 : -ENODEV;
}

static int get_thread_switches(void *cookie, __u64 *out)
{
	unsigned long flags = uk_threads_lock();
	struct uk_thread *t = by_id(cookie);

	*out = t ? t->switches : 0;
	uk_threads_unlock(flags);
	return t ? 0 : -ENODEV;
}

#ifdef CONFIG_LIBUKSCHED_STACK_USE
static int get_thread_stack_used(void *cookie, __u64 *out)
{
	unsigned long flags = uk_threads_lock();
	struct uk_thread *t = by_id(cookie);

	*out = t ? uk_thread_stack_used(t) : 0;
	uk_threads_unlock(flags);
	return t ? 0 : -ENODEV;
}
#endif

static const struct uk_store_entry *entries[] = {
	UK_STORE_ENTRY_INFO(1, thread_run_time, u64, get_thread_run_time,
			    __NULL, .kind = UK_STORE_COUNTER,
			    .unit = "nanoseconds",
			    .help = "time that the thread had the CPU"),
	UK_STORE_ENTRY_INFO(2, thread_switches, u64, get_thread_switches,
			    __NULL, .kind = UK_STORE_COUNTER,
			    .help = "how often the thread was given the CPU"),
#ifdef CONFIG_LIBUKSCHED_STACK_USE
	UK_STORE_ENTRY_INFO(
		3, thread_stack_used, u64, get_thread_stack_used, __NULL,
		.unit = "bytes",
		.help = "bytes of its stack that the thread has used at most"),
#endif
	__NULL,
};

/* The objects, by number, as threads are. */
struct known {
	struct known *next;
	struct uk_store_object *obj;
	char name[UK_THREAD_NAME_MAX];
};

static struct known *known;

/* The first thread whose number is above this one, by number and name; 0 if
 * there is none.
 */
static unsigned int thread_behind(unsigned int id, char *name)
{
	unsigned long flags = uk_threads_lock();
	struct uk_thread *t = at_or_behind(id + 1);
	unsigned int found = 0;

	if (t) {
		found = t->id;
		strncpy(name, t->name, UK_THREAD_NAME_MAX - 1);
	}
	uk_threads_unlock(flags);
	name[UK_THREAD_NAME_MAX - 1] = '\0';
	return found;
}

static void forget(struct known **link)
{
	struct known *k = *link;

	*link = k->next;
	uk_store_obj_remove(k->obj);
	uk_free(uk_alloc_get_default(), k);
}

/* Without memory the thread stays unknown until the next time. */
static struct known *remember(unsigned int id, const char *name)
{
	struct uk_store_label labels[] = { { "thread", __NULL },
					   { "name", name },
					   { 0 } };
	struct known *k = uk_malloc(uk_alloc_get_default(), sizeof(*k));
	char number[16];

	if (!k)
		return __NULL;
	uk_snprintf(number, sizeof(number), "%u", id);
	strcpy(k->name, name);
	k->obj = uk_store_obj_publish(id, number, entries, labels,
				      (void *)(__uptr)id);
	if (!k->obj) {
		uk_free(uk_alloc_get_default(), k);
		return __NULL;
	}
	return k;
}

static int threads_refresh(void *data __unused)
{
	struct known **link = &known, *k;
	unsigned int id = 0;
	char name[UK_THREAD_NAME_MAX];

	while ((id = thread_behind(id, name))) {
		while (*link && (*link)->obj->id < id)
			forget(link);
		if (*link && (*link)->obj->id == id &&
		    strcmp((*link)->name, name) != 0)
			forget(link);
		if (!*link || (*link)->obj->id != id) {
			k = remember(id, name);
			if (!k)
				continue;
			k->next = *link;
			*link = k;
		}
		link = &(*link)->next;
	}
	while (*link)
		forget(link);
	return UK_EVENT_HANDLED_CONT;
}

UK_EVENT_HANDLER(UK_STORE_EVENT_REFRESH, threads_refresh);

/* --- each CPU: with several, an object of its own --------------------------*/

#ifdef CONFIG_HAVE_SMP
#include <uk/init.h>

/* Numbers of objects, behind those of threads. */
#define FIRST_CPU (1UL << 32)

static const struct uk_thread *idle_of(void *cookie)
{
	return &sched_idle_threads[(__uptr)cookie].pub;
}

static int get_cpu_idle_time(void *cookie, __u64 *out)
{
	unsigned long flags = uk_threads_lock();

	*out = uk_thread_cpu_time(idle_of(cookie));
	uk_threads_unlock(flags);
	return 0;
}

/* From its start on a CPU runs threads or idles; it never gets less. */
static int get_cpu_run_time(void *cookie, __u64 *out)
{
	const struct thread *idle = &sched_idle_threads[(__uptr)cookie];
	unsigned long flags = uk_threads_lock();
	__nsec until = on_cpu(&idle->pub) ? idle->since : uk_time_monotonic();

	*out = until - uksched.cpus[(__uptr)cookie].started -
	       idle->pub.cpu_time;
	uk_threads_unlock(flags);
	return 0;
}

static int get_cpu_switches(void *cookie, __u64 *out)
{
	*out = UK_READ_ONCE(uksched.cpus[(__uptr)cookie].switches);
	return 0;
}

static int get_cpu_ready(void *cookie, __u32 *out)
{
	*out = UK_READ_ONCE(uksched.cpus[(__uptr)cookie].queued);
	return 0;
}

static const struct uk_store_entry *cpu_entries[] = {
	UK_STORE_ENTRY_INFO(1, cpu_run_time, u64, get_cpu_run_time, __NULL,
			    .kind = UK_STORE_COUNTER, .unit = "nanoseconds",
			    .help = "time that the CPU ran threads"),
	UK_STORE_ENTRY_INFO(2, cpu_idle_time, u64, get_cpu_idle_time, __NULL,
			    .kind = UK_STORE_COUNTER, .unit = "nanoseconds",
			    .help = "time that the CPU was idle"),
	UK_STORE_ENTRY_INFO(
		3, cpu_switches, u64, get_cpu_switches, __NULL,
		.kind = UK_STORE_COUNTER,
		.help = "threads that were given the CPU, its idle thread included"),
	UK_STORE_ENTRY_INFO(4, cpu_ready, u32, get_cpu_ready, __NULL,
			    .help = "threads that wait for the CPU"),
	__NULL,
};

static int cpus_publish(struct uk_init_ctx *ctx __unused)
{
	for (__uptr cpu = 0; cpu < CPUS; cpu++) {
		char name[16], number[16];
		struct uk_store_label labels[] = { { "cpu", number }, { 0 } };

		if (!sched_idle_threads[cpu].pub.id)
			continue;
		uk_snprintf(name, sizeof(name), "cpu%lu", cpu);
		uk_snprintf(number, sizeof(number), "%lu", cpu);
		if (!uk_store_obj_publish(FIRST_CPU + cpu, name, cpu_entries,
					  labels, (void *)cpu))
			return -ENOMEM;
	}
	return 0;
}

uk_late_initcall(cpus_publish, 0);
#endif
#endif
