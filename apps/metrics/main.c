/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Jobs arrive at a rate that swings, three workers take them; what happens can
 * be seen from outside:
 *
 *	make run APP=metrics METRICS=9100 PARAMS=http.token=secret
 *	curl http://127.0.0.1:9100/metrics | grep appmetrics
 *	curl -X PUT -H 'Authorization: Bearer secret' -d 300 \
 *		http://127.0.0.1:9100/store/appmetrics/rate
 *
 * and in a browser. SHELL_PORT=4000 opens a shell. With an argument it ends
 * after so many seconds.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <uk/sched.h>
#include <uk/semaphore.h>
#include <uk/store.h>

#define MS 1000000UL
#define SECOND (1000 * MS)
#define TICK (10 * MS)
#define WORKERS 3
#define QUEUE 512 /* jobs that can wait */

static __nsec queue[QUEUE]; /* when each came */
static __u64 came, taken, refused;
static struct uk_semaphore jobs = UK_SEMAPHORE_INITIALIZER(0);
static __u16 rate = 100; /* jobs a second, on the average */
static double load;	 /* jobs waiting, averaged over some seconds */

/* From the arrival of a job to its end, in ns: powers of 4 from 64 us on. */
UK_STORE_HISTOGRAM(latency, 64000, 256000, 1024000, 4096000, 16384000, 65536000,
		   262144000, 1048576000);

/* --- what is published -----------------------------------------------------
 */

static int get_arrived(void *cookie, __u64 *out)
{
	*out = came;
	return 0;
}

static int get_refused(void *cookie, __u64 *out)
{
	*out = refused;
	return 0;
}

static int get_waiting(void *cookie, __u64 *out)
{
	*out = came - taken;
	return 0;
}

static int get_load(void *cookie, double *out)
{
	*out = load;
	return 0;
}

static int get_rate(void *cookie, __u16 *out)
{
	*out = rate;
	return 0;
}

static int set_rate(void *cookie, __u16 value)
{
	rate = value;
	return 0;
}

static int get_latency(void *cookie, const struct uk_store_histogram **out)
{
	*out = &latency;
	return 0;
}

UK_STORE_STATIC_ENTRY_INFO(1, arrived, u64, get_arrived, NULL,
			   .kind = UK_STORE_COUNTER, .help = "jobs that came");
UK_STORE_STATIC_ENTRY_INFO(2, refused, u64, get_refused, NULL,
			   .kind = UK_STORE_COUNTER,
			   .help = "jobs that found the queue full");
UK_STORE_STATIC_ENTRY_INFO(3, waiting, u64, get_waiting, NULL,
			   .help = "jobs in the queue");
UK_STORE_STATIC_ENTRY_INFO(4, load, dbl, get_load, NULL,
			   .help = "jobs in the queue, averaged over time");
UK_STORE_STATIC_ENTRY_INFO(5, rate, u16, get_rate, set_rate, .max = 2000,
			   .help = "jobs a second, on the average");
UK_STORE_STATIC_ENTRY_INFO(6, latency, hist, get_latency, NULL,
			   .unit = "nanoseconds",
			   .help = "from a job's arrival to its end");

/* Each worker is an object of the store. */
struct worker {
	char name[16];
	__u64 done;
	__nsec busy;
};

static int get_done(void *cookie, __u64 *out)
{
	*out = ((struct worker *)cookie)->done;
	return 0;
}

static int get_busy(void *cookie, __u64 *out)
{
	*out = ((struct worker *)cookie)->busy;
	return 0;
}

static const struct uk_store_entry *worker_entries[] = {
	UK_STORE_ENTRY_INFO(1, done, u64, get_done, NULL,
			    .kind = UK_STORE_COUNTER, .help = "jobs done"),
	UK_STORE_ENTRY_INFO(2, busy, u64, get_busy, NULL,
			    .kind = UK_STORE_COUNTER, .unit = "nanoseconds",
			    .help = "time spent on jobs"),
	NULL,
};

/* Their label in metrics: worker="worker1". */
static const struct uk_store_label labels[] = { { "worker", NULL },
						{ NULL, NULL } };

/* --- the work ---------------------------------------------------------------
 */

static volatile unsigned int sink;

static void *work(void *arg)
{
	struct worker *w = arg;

	for (;;) {
		__nsec start, arrived;

		uk_semaphore_down(&jobs);
		arrived = queue[taken++ % QUEUE];
		start = uk_time_monotonic();
		for (unsigned int i = rand() % 100000; i; i--)
			sink += i;
		w->busy += uk_time_monotonic() - start;
		w->done++;
		uk_store_observe(&latency, uk_time_monotonic() - arrived);
		uk_sched_yield();
	}
	return NULL;
}

static int start_worker(unsigned int number)
{
	struct worker *w = calloc(1, sizeof(*w));

	if (!w)
		return -ENOMEM;
	snprintf(w->name, sizeof(w->name), "worker%u", number);
	if (!uk_store_obj_publish(number, w->name, worker_entries, labels, w) ||
	    !uk_thread_create(w->name, work, w))
		return -ENOMEM;
	return 0;
}

static void arrive(__nsec now)
{
	if (came - taken == QUEUE) {
		refused++;
		return;
	}
	queue[came++ % QUEUE] = now;
	uk_semaphore_up(&jobs);
}

int main(int argc, char **argv)
{
	__nsec now = uk_time_monotonic();
	__nsec end = argc > 1 ? now + (__nsec)atol(argv[1]) * SECOND
			      : UK_TIME_NEVER;
	double due = 0;

	for (unsigned int i = 1; i <= WORKERS; i++) {
		if (start_worker(i)) {
			printf("no memory for a worker\n");
			return 1;
		}
	}
	printf("%u workers; metrics are at /metrics, a page is at /\n",
	       WORKERS);
	for (; now < end; now = uk_time_monotonic()) {
		double phase = (double)now / (20.0 * (double)SECOND);

		due += rate * (1 + 0.8 * sin(2 * M_PI * phase)) * (double)TICK /
		       (double)SECOND;
		for (; due >= 1; due--)
			arrive(now);
		load += ((double)(came - taken) - load) / 256;
		uk_thread_sleep(TICK);
	}
	return 0;
}
