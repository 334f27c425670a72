/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * A thread for each CPU, and how the main thread pauses and resumes them. A
 * CPU is paused, or runs; one that has an exit for the main thread is paused
 * until that has looked at it.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "uart.h"
#include "vm.h"

static int is_full(const struct vmm_exit *e)
{
	return e->why == VMM_EXIT_STOP && e->stop == STOP_FULL;
}

/* 1: the main thread has to know. An access to no device is none of its. */
static int matters(const struct vmm_exit *e)
{
	return e->why != VMM_EXIT_KICKED && e->why != VMM_EXIT_ACCESS &&
	       !is_full(e);
}

/* Stdout may have taken all meanwhile. */
static int is_still_full(struct vm *vm)
{
	int full;

	pthread_mutex_lock(&vm->device_lock);
	full = uart_is_full(vm->console);
	pthread_mutex_unlock(&vm->device_lock);
	return full;
}

/* Runs it once, with the lock given up meanwhile. */
static void turn(struct cpu *c)
{
	struct vm *vm = c->vm;
	uint64_t one = 1;
	int rc;

	c->running = 1;
	pthread_mutex_unlock(&vm->lock);
	rc = vmm_run(c->v, &c->exit);
	pthread_mutex_lock(&vm->lock);
	c->running = 0;
	c->exits[c->exit.why]++;
	c->full = !rc && is_full(&c->exit) && is_still_full(vm);
	if (rc || matters(&c->exit)) {
		c->failed = rc;
		c->has_exit = 1;
		c->go = 0;
		if (write(vm->event, &one, sizeof(one)) < 0)
			complain("eventfd: %s", strerror(errno));
	}
	pthread_cond_broadcast(&vm->changed);
}

static void *cpu_thread(void *arg)
{
	struct cpu *c = arg;
	struct vm *vm = c->vm;

	pthread_mutex_lock(&vm->lock);
	c->ready = 1;
	pthread_cond_broadcast(&vm->changed);
	while (!vm->end) {
		if (c->go && !c->full)
			turn(c);
		else
			pthread_cond_wait(&vm->changed, &vm->lock);
	}
	pthread_mutex_unlock(&vm->lock);
	return NULL;
}

/* The C library has set the threads up, with system calls of its own. */
static void wait_until_ready(struct vm *vm)
{
	pthread_mutex_lock(&vm->lock);
	for (unsigned int i = 0; i < vm->n_cpus; i++)
		while (!vm->cpus[i].ready)
			pthread_cond_wait(&vm->changed, &vm->lock);
	pthread_mutex_unlock(&vm->lock);
}

int run_start(struct vm *vm)
{
	/* A reader that goes and a file that is full are errors of writes. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	for (unsigned int i = 0; i < vm->n_cpus; i++) {
		struct cpu *c = &vm->cpus[i];
		int rc = pthread_create(&c->thread, NULL, cpu_thread, c);

		if (rc)
			return -rc;
		c->started = 1;
	}
	wait_until_ready(vm);
	return 0;
}

void run_resume(struct vm *vm, int cpu)
{
	pthread_mutex_lock(&vm->lock);
	for (unsigned int i = 0; i < vm->n_cpus; i++)
		if ((cpu < 0 || (unsigned int)cpu == i) &&
		    !vm->cpus[i].has_exit)
			vm->cpus[i].go = 1;
	pthread_cond_broadcast(&vm->changed);
	pthread_mutex_unlock(&vm->lock);
}

void run_room(struct vm *vm)
{
	pthread_mutex_lock(&vm->lock);
	for (unsigned int i = 0; i < vm->n_cpus; i++)
		vm->cpus[i].full = 0;
	pthread_cond_broadcast(&vm->changed);
	pthread_mutex_unlock(&vm->lock);
}

void run_pause(struct vm *vm)
{
	pthread_mutex_lock(&vm->lock);
	for (unsigned int i = 0; i < vm->n_cpus; i++) {
		struct cpu *c = &vm->cpus[i];

		c->go = 0;
		if (c->running)
			vmm_kick(c->v);
		while (c->running)
			pthread_cond_wait(&vm->changed, &vm->lock);
	}
	pthread_mutex_unlock(&vm->lock);
}

void run_one(struct vm *vm, struct cpu *c)
{
	struct timespec end;
	int late = 0;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec++;
	pthread_mutex_lock(&vm->lock);
	c->go = 1;
	pthread_cond_broadcast(&vm->changed);
	while (c->go && !late)
		late = pthread_cond_timedwait(&vm->changed, &vm->lock, &end);
	pthread_mutex_unlock(&vm->lock);
	run_pause(vm); /* an instruction that waits goes on later */
}

struct cpu *run_exit(struct vm *vm)
{
	struct cpu *found = NULL;

	pthread_mutex_lock(&vm->lock);
	for (unsigned int i = 0; i < vm->n_cpus && !found; i++) {
		vm->looked_at = (vm->looked_at + 1) % vm->n_cpus;
		if (vm->cpus[vm->looked_at].has_exit)
			found = &vm->cpus[vm->looked_at];
	}
	if (found)
		found->has_exit = 0;
	pthread_mutex_unlock(&vm->lock);
	return found;
}

void run_end(struct vm *vm)
{
	run_pause(vm);
	pthread_mutex_lock(&vm->lock);
	vm->end = 1;
	pthread_cond_broadcast(&vm->changed);
	pthread_mutex_unlock(&vm->lock);
	for (unsigned int i = 0; i < vm->n_cpus; i++)
		if (vm->cpus[i].started)
			pthread_join(vm->cpus[i].thread, NULL);
}
