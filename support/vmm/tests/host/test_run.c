/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * When CPUs run, pause and have exits: their threads are run.c's, what KVM does
 * is played.
 *
 * HOST-SRCS: support/vmm/vmm/run.c
 * HOST-FLAGS: -Isupport/vmm/libvmm -Isupport/vmm/libvmm/arch/x86_64 -pthread
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <cmocka.h>
#include "../../vmm/uart.h"
#include "../../vmm/vm.h"

#define CPUS 3
#define EXITS 4

struct vmm_vcpu {
	int kicked;
	unsigned int calls, given, taken; /* of vmm_run(); of exits */
	enum vmm_exit_why exits[EXITS];
	int rc;
};

static struct vmm_vcpu vcpus[CPUS];
static struct vm vm;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of vcpus */
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

/* --- KVM ------------------------------------------------------------------*/

int vmm_run(struct vmm_vcpu *v, struct vmm_exit *e)
{
	int rc = 0;

	memset(e, 0, sizeof(*e));
	pthread_mutex_lock(&lock);
	v->calls++;
	pthread_cond_broadcast(&changed);
	while (!v->kicked && v->taken == v->given)
		pthread_cond_wait(&changed, &lock);
	if (v->taken != v->given) {
		e->why = v->exits[v->taken++ % EXITS];
		e->stop = STOP_FULL; /* if it is one */
		rc = v->rc;
	} else {
		e->why = VMM_EXIT_KICKED;
		v->kicked = 0;
	}
	pthread_mutex_unlock(&lock);
	return rc;
}

void vmm_kick(struct vmm_vcpu *v)
{
	pthread_mutex_lock(&lock);
	v->kicked = 1;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

static int console_full;

int uart_is_full(const struct uart *u)
{
	return console_full;
}

void complain(const char *format, ...)
{
	abort();
}

/* --- the main thread ------------------------------------------------------*/

static void give(unsigned int cpu, enum vmm_exit_why why)
{
	struct vmm_vcpu *v = &vcpus[cpu];

	pthread_mutex_lock(&lock);
	v->exits[v->given++ % EXITS] = why;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

static void wait_for_calls(unsigned int cpu, unsigned int calls)
{
	pthread_mutex_lock(&lock);
	while (vcpus[cpu].calls < calls)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
}

/* As the main loop does. */
static struct cpu *wait_for_exit(void)
{
	struct cpu *c;
	uint64_t n;

	while (!(c = run_exit(&vm)))
		assert_int_equal(read(vm.event, &n, sizeof(n)), sizeof(n));
	return c;
}

static unsigned int number(const struct cpu *c)
{
	return (unsigned int)(c - vm.cpus);
}

static int set_up(void **state)
{
	memset(vcpus, 0, sizeof(vcpus));
	memset(&vm, 0, sizeof(vm));
	vm.n_cpus = CPUS;
	vm.event = eventfd(0, 0);
	pthread_mutex_init(&vm.lock, NULL);
	pthread_cond_init(&vm.changed, NULL);
	for (unsigned int i = 0; i < CPUS; i++)
		vm.cpus[i] = (struct cpu){ .vm = &vm, .v = &vcpus[i] };
	return run_start(&vm);
}

static int tear_down(void **state)
{
	run_end(&vm);
	return close(vm.event);
}

/* --- the tests ------------------------------------------------------------*/

static void test_paused_at_first(void **state)
{
	give(0, VMM_EXIT_HALT);
	run_resume(&vm, 1);
	wait_for_calls(1, 1);
	assert_int_equal(vcpus[0].calls + vcpus[2].calls, 0);
}

/* None runs when it returns, and none has an exit for that. */
static void test_pause(void **state)
{
	run_resume(&vm, -1);
	for (unsigned int i = 0; i < CPUS; i++)
		wait_for_calls(i, 1);
	run_pause(&vm);
	for (unsigned int i = 0; i < CPUS; i++) {
		assert_int_equal(vm.cpus[i].running, 0);
		assert_int_equal(vm.cpus[i].exits[VMM_EXIT_KICKED], 1);
	}
	assert_null(run_exit(&vm));
}

/* A CPU with an exit stands until that was looked at and it is resumed. */
static void test_exit(void **state)
{
	run_resume(&vm, -1);
	give(1, VMM_EXIT_ACCESS); /* of no device: none of the main thread's */
	wait_for_calls(1, 2);
	give(1, VMM_EXIT_HALT);
	assert_int_equal(number(wait_for_exit()), 1);
	assert_int_equal(vm.cpus[1].exit.why, VMM_EXIT_HALT);
	assert_int_equal(vcpus[1].calls, 2);
	run_resume(&vm, -1);
	wait_for_calls(1, 3);
	assert_int_equal(vm.cpus[1].exits[VMM_EXIT_ACCESS], 1);
}

static void test_exit_that_was_not_looked_at(void **state)
{
	give(0, VMM_EXIT_DEBUG);
	run_resume(&vm, 0);
	wait_for_calls(0, 1);
	run_pause(&vm); /* it is kept */
	run_resume(&vm, -1);
	wait_for_calls(1, 1);
	assert_int_equal(vcpus[0].calls, 1);
	assert_int_equal(number(wait_for_exit()), 0);
	assert_int_equal(vm.cpus[0].exit.why, VMM_EXIT_DEBUG);
}

/* One that always has an exit does not hide the others'. */
static void test_turns(void **state)
{
	unsigned int seen[CPUS] = { 0 };

	for (unsigned int i = 0; i < CPUS; i++)
		give(i, VMM_EXIT_HALT);
	run_resume(&vm, -1);
	for (unsigned int i = 0; i < CPUS; i++)
		wait_for_calls(i, 1);
	run_pause(&vm);
	for (unsigned int n = 0; n < CPUS; n++) {
		struct cpu *c = run_exit(&vm);

		seen[number(c)]++;
		c->has_exit = 1; /* the next one has come */
	}
	for (unsigned int i = 0; i < CPUS; i++)
		assert_int_equal(seen[i], 1);
}

/* A step: until what matters, with the others standing; the exit is kept. */
static void test_one(void **state)
{
	give(2, VMM_EXIT_ACCESS);
	give(2, VMM_EXIT_DEBUG);
	run_one(&vm, &vm.cpus[2]);
	assert_int_equal(vcpus[2].calls, 2);
	assert_int_equal(vcpus[0].calls + vcpus[1].calls, 0);
	assert_ptr_equal(run_exit(&vm), &vm.cpus[2]);
	assert_int_equal(vm.cpus[2].exit.why, VMM_EXIT_DEBUG);
	/* An instruction that waits is given up, and goes on later. */
	run_one(&vm, &vm.cpus[1]);
	assert_int_equal(vcpus[1].calls, 1);
	assert_false(vm.cpus[1].running || vm.cpus[1].has_exit);
	give(1, VMM_EXIT_DEBUG);
	run_resume(&vm, 1);
	assert_ptr_equal(wait_for_exit(), &vm.cpus[1]);
}

/* A CPU whose byte has no room waits, and may be paused; the main thread sees
 * no exit.
 */
static void test_full_console(void **state)
{
	console_full = 1;
	run_resume(&vm, 0);
	wait_for_calls(0, 1);
	give(0, VMM_EXIT_STOP);
	pthread_mutex_lock(&vm.lock);
	while (!vm.cpus[0].full)
		pthread_cond_wait(&vm.changed, &vm.lock);
	pthread_mutex_unlock(&vm.lock);
	assert_null(run_exit(&vm));
	run_pause(&vm);
	run_resume(&vm, 0);
	run_resume(&vm, 1);
	wait_for_calls(1, 1);
	assert_int_equal(vcpus[0].calls, 1);
	run_room(&vm);
	wait_for_calls(0, 2);
	console_full = 0; /* stdout was faster */
	give(0, VMM_EXIT_STOP);
	wait_for_calls(0, 3);
	assert_null(run_exit(&vm));
}

static void test_refused(void **state)
{
	vcpus[1].rc = -EIO;
	give(1, VMM_EXIT_ACCESS);
	run_resume(&vm, 1);
	assert_int_equal(number(wait_for_exit()), 1);
	assert_int_equal(vm.cpus[1].failed, -EIO);
}

/* Pauses at any moment lose no exit and leave no CPU running. */
static void test_many_times(void **state)
{
	unsigned int found[CPUS] = { 0 };

	for (unsigned int n = 0; n < 2000; n++) {
		unsigned int cpu = n % CPUS;
		struct cpu *c;

		give(cpu, VMM_EXIT_DEBUG);
		run_resume(&vm, -1);
		if (n & 1)
			found[number(wait_for_exit())]++;
		run_pause(&vm);
		for (unsigned int i = 0; i < CPUS; i++)
			assert_int_equal(vm.cpus[i].running, 0);
		while ((c = run_exit(&vm)))
			found[number(c)]++;
	}
	run_resume(&vm, -1);
	while (found[0] + found[1] + found[2] < 2000) {
		found[number(wait_for_exit())]++;
		run_resume(&vm, -1);
	}
	for (unsigned int i = 0; i < CPUS; i++)
		assert_int_equal(vcpus[i].taken, found[i]);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_paused_at_first),
		TEST(test_pause),
		TEST(test_exit),
		TEST(test_exit_that_was_not_looked_at),
		TEST(test_turns),
		TEST(test_one),
		TEST(test_full_console),
		TEST(test_refused),
		TEST(test_many_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
