/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What tests/test_probe.py looks into. GET /SCENE?COUNT runs a scene, and the
 * reply has what it knows itself.
 */
#include <stdio.h>
#include <stdlib.h>
#include <uk/arch/lcpu.h>
#include <uk/cmd.h>
#include <uk/http.h>
#include <uk/sched.h>
#include <uk/time.h>

#define NOINLINE __attribute__((noinline))

struct item {
	long weight;
	struct item *next;
};

static struct item last = { .weight = 1000 };
static struct item items[10];
static long called, heavy, sum;

/* Its arguments are in registers at its first line, in each configuration. */
static NOINLINE void work(int arg, const struct item *item)
{
	called++;
	if (arg > 3)
		heavy++;
	if (item)
		sum += item->weight;
}

static void scene_work(const struct uk_http_request *req,
		       struct uk_http_response *res)
{
	int n = atoi(req->query);

	called = heavy = sum = 0;
	for (int i = 0; i < n; i++)
		work(i % 10, &items[i % 10]);
	uk_http_printf(res, "%ld %ld %ld\n", called, heavy, sum);
}
UK_HTTP_ROUTE(work, "/work", UK_HTTP_GET, scene_work);

static void scene_nothing(const struct uk_http_request *req,
			  struct uk_http_response *res)
{
	int n = atoi(req->query);

	for (int i = 0; i < n; i++)
		work(i % 10, i & 1 ? NULL : &last);
	uk_http_puts(res, "done\n");
}
UK_HTTP_ROUTE(nothing, "/nothing", UK_HTTP_GET, scene_nothing);

static void scene_crash(const struct uk_http_request *req __unused,
			struct uk_http_response *res __unused)
{
	work(9, (const struct item *)8);
}
UK_HTTP_ROUTE(crash, "/crash", UK_HTTP_GET, scene_crash);

/* Faults in a slot: x86_64 has two instructions there. */
static NOINLINE void fault(const void *at)
{
#ifdef __x86_64__
	__asm__ volatile("fault_here: call *(%0)" : : "r"(at) : "memory");
#else
	__asm__ volatile("fault_here: ldr x9, [%0]" : : "r"(at) : "x9");
#endif
}

static void scene_fault(const struct uk_http_request *req __unused,
			struct uk_http_response *res __unused)
{
	fault((const void *)8);
}
UK_HTTP_ROUTE(fault, "/fault", UK_HTTP_GET, scene_fault);

/* What a call costs, in nanoseconds: instructions, under --icount. */
static void scene_cost(const struct uk_http_request *req,
		       struct uk_http_response *res)
{
	int n = atoi(req->query);
	__u64 begin = ukarch_ticks();

	for (int i = 0; i < n; i++)
		work(1, &items[1]);
	uk_http_printf(res, "%lu\n", (ukarch_ticks() - begin) / (__u64)n);
}
UK_HTTP_ROUTE(cost, "/cost", UK_HTTP_GET, scene_cost);

/* On two CPUs at a time, each thread in a function of its own beside work(). */
static NOINLINE void *first_worker(void *arg)
{
	for (long i = 0; i < (long)arg; i++)
		work((int)(i % 10), &items[i % 10]);
	return NULL;
}

static NOINLINE void *second_worker(void *arg)
{
	for (long i = 0; i < (long)arg; i++)
		work(9 - (int)(i % 10), &items[i % 10]);
	return NULL;
}

static void scene_cpus(const struct uk_http_request *req,
		       struct uk_http_response *res)
{
	void *(*const fns[])(void *) = { first_worker, second_worker };
	struct uk_thread *threads[2];

	for (unsigned int i = 0; i < 2; i++) {
		struct uk_thread_attr attr = { .affinity = 1UL << i };

		if (uk_thread_create_attr(&threads[i], &attr, fns[i],
					  (void *)atol(req->query)))
			exit(2);
	}
	for (unsigned int i = 0; i < 2; i++)
		uk_thread_join(threads[i], NULL);
	uk_http_puts(res, "done\n");
}
UK_HTTP_ROUTE(cpus, "/cpus", UK_HTTP_GET, scene_cpus);

static volatile int crowd_ends;

static void *crowd_worker(void *arg)
{
	for (int i = 0; !crowd_ends; i++) {
		work(i % 10, &items[i % 10]);
		uk_sched_yield();
	}
	return arg;
}

/* Until a debugger sets crowd_ends. */
static void scene_crowd(const struct uk_http_request *req __unused,
			struct uk_http_response *res)
{
	struct uk_thread *threads[4];

	crowd_ends = 0;
	for (unsigned int i = 0; i < ARRAY_SIZE(threads); i++)
		threads[i] = uk_thread_create("crowd", crowd_worker, NULL);
	for (unsigned int i = 0; i < ARRAY_SIZE(threads); i++)
		uk_thread_join(threads[i], NULL);
	uk_http_puts(res, "done\n");
}
UK_HTTP_ROUTE(crowd, "/crowd", UK_HTTP_GET, scene_crowd);

static void out(struct uk_cmd_io *io, const char *text, __sz len)
{
	uk_http_write(io->arg, text, len);
}

/* POST /command: the body is one, as a shell would run it; with ?look as one
 * whose client may change nothing.
 */
static void command(const struct uk_http_request *req,
		    struct uk_http_response *res)
{
	struct uk_cmd_io io = { .out = out, .arg = res };

	if (req->query[0])
		io.refuses = "only look";
	(void)uk_cmd_run(&io, req->body, req->body_len);
}
UK_HTTP_ROUTE(command, "/command", UK_HTTP_POST, command);

int main(void)
{
	for (int i = 0; i < 10; i++)
		items[i] = (struct item){ i * 100, i ? &items[i - 1] : NULL };
	puts("ready");
	for (;;)
		uk_thread_sleep(1000000000);
}
