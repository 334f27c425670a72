/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Each kind of violation is found and names locks and places; what is right is
 * not.
 *
 * HOST-SRCS: lib/ukcore/spinlock.c lib/ukprint/snprintf.c
 * HOST-FLAGS: -include lib/ukassert/tests/host/lcpu.h
 * HOST-FLAGS: -DCONFIG_LIBUKCORE_LOCK_CHECK=1
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "../../lock_check.c"

unsigned int irqs_off;
struct uk_percpu uk_percpus[1];

static struct uk_spinlock a, b, c;
static jmp_buf crashed;
static char said[384];

void uk_crash_here(const char *what, const char *detail, const char *file,
		   unsigned int line)
{
	assert_string_equal(what, "lock");
	strcpy(said, detail);
	longjmp(crashed, 1);
}

static int in_crash;

int uk_crash_in_progress(void)
{
	return in_crash;
}

static int fresh(void **state)
{
	in_crash = 0;
	uk_percpus[0] = (struct uk_percpu){ 0 };
	a = b = c = (struct uk_spinlock)UK_SPINLOCK_INITIALIZER();
	memset(cpus, 0, sizeof(cpus));
	pair_count = 0;
	violated = pairs_busy = 0;
	irqs_off = 1;
	said[0] = '\0';
	return 0;
}

/* Both are held together, in this order. */
static void nest(struct uk_spinlock *outer, struct uk_spinlock *inner)
{
	uk_spin_lock(outer);
	uk_spin_lock(inner);
	uk_spin_unlock(inner);
	uk_spin_unlock(outer);
}

/* The statement is refused, and the texts are in the reason. */
#define REFUSED(statement, ...)                                               \
	do {                                                                  \
		static const char *const texts[] = { __VA_ARGS__ };           \
		if (!setjmp(crashed)) {                                       \
			statement;                                            \
			fail_msg("not refused: " #statement);                 \
		}                                                             \
		for (unsigned int i = 0; i < ARRAY_SIZE(texts); i++)          \
			if (!strstr(said, texts[i]))                          \
				fail_msg("no \"%s\" in: %s", texts[i], said); \
	} while (0)

static void test_right(void **state)
{
	unsigned long flags;

	nest(&a, &b);
	nest(&b, &c);
	nest(&a, &c);
	uk_spin_lock_irqsave(&a, flags);
	assert_int_equal(uk_spin_trylock(&b), 1);
	assert_true(uk_spin_is_mine(&a) && uk_spin_is_mine(&b));
	/* not the reverse of the order */
	uk_spin_unlock(&a);
	uk_spin_assert_only(&b);
	uk_spin_unlock_irqrestore(&b, flags);
	uk_spin_assert_none();
	assert_string_equal(said, "");
	assert_int_equal(a.next, a.serving);
}

static void test_two_orders(void **state)
{
	nest(&a, &b);
	REFUSED(nest(&b, &a), "two orders", "taken: inner (libtest: ",
		"held: outer (libtest: test_lock_check.c:", "before");
}

static void test_a_lock_made_anew_has_no_order(void **state)
{
	nest(&a, &b);
	uk_spin_init(&a);
	nest(&b, &a);
	REFUSED(nest(&a, &b), "two orders");
}

static void test_twice(void **state)
{
	uk_spin_lock(&a);
	REFUSED(uk_spin_lock(&a),
		"taken twice: &a (libtest: "
		"test_lock_check.c:",
		"; &a (");
}

static void test_not_held(void **state)
{
	uk_spin_lock(&a);
	REFUSED(uk_spin_unlock(&b), "does not hold: &b (");
}

static void test_interrupts_on(void **state)
{
	irqs_off = 0;
	REFUSED(uk_spin_lock(&a), "with interrupts on: &a (");
	fresh(state);
	irqs_off = 0;
	REFUSED(uk_spin_trylock(&a), "with interrupts on: &a (");
}

static void test_in_a_trap(void **state)
{
	struct __regs zeros, ones;
	struct ukarch_trap_ctx irq = { .event_name = "irq" };
	struct ukarch_trap_ctx nmi = { .event_name = "nmi" };

	memset(&zeros, 0, sizeof(zeros));
	memset(&ones, 0xff, sizeof(ones));
	irq.regs = ukarch_regs_irq_enabled(&ones) ? &ones : &zeros;
	nmi.regs = irq.regs == &ones ? &zeros : &ones;
	uk_percpus[0].trap = &irq;
	uk_spin_lock(&a);
	uk_percpus[0].trap = &nmi;
	uk_spin_lock_trap(&b);
	REFUSED(uk_spin_lock(&c), "in a trap", "&c (", "; nmi");
}

static void test_alone(void **state)
{
	uk_spin_lock(&a);
	uk_percpus[0].alone = 1;
	irqs_off = 0;
	uk_spin_lock(&a);
	uk_spin_assert_none();
	uk_spin_unlock(&a);
	uk_spin_unlock(&b);
	uk_percpus[0] = (struct uk_percpu){ 0 };
	in_crash = 1;
	uk_spin_lock(&a);
	assert_int_equal(uk_spin_trylock(&a), 1);
	uk_spin_unlock(&a);
	in_crash = 0;
	assert_true(uk_spin_is_mine(&a));
	irqs_off = 1;
	uk_spin_unlock(&a);
	uk_spin_assert_none();
}

static void test_a_wait(void **state)
{
	uk_spin_lock(&a);
	uk_spin_assert_only(&a);
	uk_spin_lock(&b);
	REFUSED(uk_spin_assert_only(&a), "waits while a lock is held", "&b (");
	fresh(state);
	uk_spin_lock(&b);
	REFUSED(uk_spin_assert_none(), "waits while a lock is held", "&b (");
}

static void test_too_many(void **state)
{
	struct uk_spinlock many[DEPTH + 1];

	memset(many, 0, sizeof(many));
	for (unsigned int i = 0; i < DEPTH; i++)
		uk_spin_lock(&many[i]);
	REFUSED(uk_spin_lock(&many[DEPTH]), "too many locks");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_right, fresh),
		cmocka_unit_test_setup(test_two_orders, fresh),
		cmocka_unit_test_setup(test_a_lock_made_anew_has_no_order,
				       fresh),
		cmocka_unit_test_setup(test_twice, fresh),
		cmocka_unit_test_setup(test_not_held, fresh),
		cmocka_unit_test_setup(test_interrupts_on, fresh),
		cmocka_unit_test_setup(test_in_a_trap, fresh),
		cmocka_unit_test_setup(test_alone, fresh),
		cmocka_unit_test_setup(test_a_wait, fresh),
		cmocka_unit_test_setup(test_too_many, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
