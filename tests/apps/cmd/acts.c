/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Does what has a tracepoint, and prints the events that are to come of it, in
 * their order; test_tracepoints.py compares.
 */
#include <stdio.h>
#include <uk/alloc.h>
#include <uk/cmd.h>
#include <uk/mutex.h>
#include <uk/plat/paging.h>
#include <uk/sched.h>
#include <uk/semaphore.h>
#include <uk/time.h>

#define PAGE 0x410000000000UL /* without any other user */
#define US 1000UL

static struct uk_mutex mutex = UK_MUTEX_INITIALIZER(0);
static struct uk_semaphore done = UK_SEMAPHORE_INITIALIZER(0);
static struct uk_timer timer;

static void ends(struct uk_timer *t, void *arg)
{
	uk_semaphore_up(&done);
}

static void *nothing(void *arg)
{
	return arg;
}

static void blocks(void)
{
	struct uk_alloc *a = uk_alloc_get_default();
	void *p = uk_malloc(a, 100), *q;

	printf("want heap_alloc bytes=100 block=%p\n", p);
	p = uk_realloc(a, p, 50);
	printf("want heap_resize block=%p bytes=50\n", p);
	q = uk_realloc(a, p, 30000);
	printf("want heap_alloc bytes=30000 block=%p\n", q);
	printf("want heap_free block=%p\n", p);
	uk_free(a, q);
	printf("want heap_free block=%p\n", q);
}

static int pages(void)
{
	struct uk_pagetable *pt = ukplat_pt_get_active();
	int rc =
		ukplat_page_map(pt, PAGE, __PADDR_ANY, 2, PAGE_ATTR_PROT_RW, 0);

	printf("want page_map pages=2 address=%#lx\n", PAGE);
	rc |= ukplat_page_unmap(pt, PAGE, 2, 0);
	printf("want page_unmap pages=2 address=%#lx\n", PAGE);
	return rc;
}

static int threads(void)
{
	struct uk_thread *t;

	uk_mutex_lock(&mutex);
	printf("want mutex_lock mutex=%p\n", (void *)&mutex);
	uk_mutex_unlock(&mutex);
	printf("want mutex_unlock mutex=%p\n", (void *)&mutex);
	t = uk_thread_create("made", nothing, NULL);
	if (!t)
		return -1;
	printf("want thread_create which=%u name=made\n", t->id);
	printf("want sched_ready which=%u\n", t->id);
	printf("want thread_exit which=%u\n", t->id);
	return uk_thread_join(t, NULL);
}

static void waits(void)
{
	__nsec deadline = uk_time_monotonic() + 1000 * US;

	uk_timer_init(&timer, ends, NULL);
	uk_timer_start(&timer, deadline);
	uk_semaphore_down(&done);
	printf("want timer_start timer=%p deadline=%lu\n", (void *)&timer,
	       deadline);
	printf("want sched_wait kind=%d object=%p\n", UK_WAIT_SEMAPHORE,
	       (void *)&done);
	printf("want irq_enter line=\n");
	printf("want timer_fire timer=%p function=%p\n", (void *)&timer,
	       (void *)ends);
	printf("want sched_ready which=%u\n", uk_thread_current()->id);
	printf("want irq_leave line=\n");
}

static int cmd_acts(struct uk_cmd_io *io, int argc, char **argv)
{
	int rc;

	blocks();
	rc = pages() | threads();
	waits();
	return rc;
}
UK_CMD(acts, cmd_acts, "does what has a tracepoint", "", UK_CMD_THREAD);
