/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Which console serves which role, with consoles that are absent, that come
 * later and that take only a part of what is sent. roles.c is included for its
 * init calls, which are static.
 *
 * HOST-SRCS: lib/ukconsole/console.c
 * HOST-FLAGS: -include lib/ukconsole/tests/host/lcpu.h
 * HOST-FLAGS: -DCONFIG_LIBUKCONSOLE=1 -DCONFIG_LIBUKPRINT=1
 * HOST-FLAGS: -DCONFIG_LIBUKPRINT_LEVEL=3 -DCONFIG_LIBUKPRINT_LINE_MAX=256
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include "../../roles.c"

int irqs_off, halted;

struct fake {
	int present;
	int probes;
	char out[64];
	size_t len;
};

static int fake_probe(struct uk_console *con)
{
	struct fake *f = con->priv;

	f->probes++;
	return f->present ? 0 : -ENODEV;
}

/* Takes at most 3 bytes a call and 20 in all. */
static __ssz fake_out(struct uk_console *con, const char *buf, __sz len)
{
	struct fake *f = con->priv;

	len = MIN(MIN(len, 3UL), 20 - f->len);
	memcpy(f->out + f->len, buf, len);
	f->len += len;
	return (__ssz)len;
}

static __ssz fake_in(struct uk_console *con, char *buf, __sz len)
{
	return 0;
}

static const struct uk_console_ops ops = {
	.probe = fake_probe,
	.out = fake_out,
	.in = fake_in,
};

static unsigned int connected, asked;

static unsigned int fake_connection(struct uk_console *con)
{
	asked++;
	return connected;
}

static __ssz fake_out_to(struct uk_console *con, unsigned int connection,
			 const char *buf, __sz len)
{
	if (!connection || fake_connection(con) != connection)
		return -EPIPE;
	return fake_out(con, buf, len);
}

static const struct uk_console_ops port_ops = {
	.out = fake_out,
	.out_to = fake_out_to,
	.in = fake_in,
	.connection = fake_connection,
};

static struct fake fa = { .present = 1 }, fb = { .present = 1 }, fc, fv, fw;
static struct uk_console conb = UK_CONSOLE("b", &ops, &fb);
static struct uk_console cona = UK_CONSOLE("a", &ops, &fa);
static struct uk_console conc = UK_CONSOLE("c", &ops, &fc);
static struct uk_console conv = UK_CONSOLE("vport1", &ops, &fv);
static struct uk_console conw = UK_CONSOLE("vport1", &ops, &fw);

UK_CONSOLE_REGISTER(conb, 4);
UK_CONSOLE_REGISTER(cona, 2);
UK_CONSOLE_REGISTER(conc, 0);

static char logged[512];
static int drained;

void _uk_printk(int lvl, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(logged, sizeof(logged), fmt, ap);
	va_end(ap);
}

int uk_snprintf(char *buf, __sz len, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, len, fmt, ap);
	va_end(ap);
	return n;
}

void uk_print_drain(void)
{
	drained++;
}

static void test_nothing_is_probed_before_its_time(void **state)
{
	assert_int_equal(log_ready(0), 0);
	assert_int_equal(fa.probes, 0);
	assert_int_equal(consoles_init(NULL), 0);
	assert_int_equal(drained, 1);
	assert_int_equal(log_ready(0), 1);
	assert_int_equal(fa.probes + fb.probes + fc.probes, 3);
}

static void test_defaults(void **state)
{
	assert_ptr_equal(uk_console_get(UK_CONSOLE_LOG), &cona);
	assert_ptr_equal(uk_console_get(UK_CONSOLE_STDIO), &cona);
	assert_null(uk_console_get(UK_CONSOLE_GDB));
	assert_ptr_equal(uk_console_next(NULL), &cona);
	assert_ptr_equal(uk_console_next(&cona), &conb);
	assert_null(uk_console_next(&conb));
	assert_null(uk_console_by_name("c"));
	assert_ptr_equal(uk_console_choose(UK_CONSOLE_GDB, "bb,c,b,a"), &conb);
	assert_null(uk_console_choose(UK_CONSOLE_GDB, ""));
	assert_ptr_equal(uk_console_choose(UK_CONSOLE_LOG, "b"), &cona);
	assert_int_equal(roles_check(NULL), 0);
}

static void test_roles_by_name(void **state)
{
	uk_console_wanted[UK_CONSOLE_LOG] = "b";
	uk_console_wanted[UK_CONSOLE_STDIO] = "none";
	uk_console_wanted[UK_CONSOLE_GDB] = "vport1";
	assert_ptr_equal(uk_console_get(UK_CONSOLE_LOG), &conb);
	assert_null(uk_console_get(UK_CONSOLE_STDIO));
	assert_null(uk_console_get(UK_CONSOLE_GDB));
	assert_null(uk_console_choose(UK_CONSOLE_GDB, "a"));
	assert_null(uk_console_choose(UK_CONSOLE_STDIO, "a"));
	assert_int_equal(roles_check(NULL), -ECANCELED);
	assert_string_equal(logged, "console for gdb: no console \"vport1\"; "
				    "use one of: a b none\n");
	uk_console_wanted[UK_CONSOLE_LOG] = "none";
	assert_int_equal(log_ready(1), 0);
}

static void test_console_that_comes_later(void **state)
{
	assert_int_equal(uk_console_register(&conv, 0), -ENODEV);
	fv.present = fw.present = 1;
	assert_int_equal(uk_console_register(&conv, 3), 0);
	assert_int_equal(uk_console_register(&conw, 3), -EEXIST);
	assert_ptr_equal(uk_console_get(UK_CONSOLE_GDB), &conv);
	assert_ptr_equal(uk_console_next(&cona), &conv);
	assert_int_equal(roles_check(NULL), 0);
}

static void test_bytes(void **state)
{
	char c;

	assert_int_equal(uk_console_out(NULL, "x", 1), -ENODEV);
	assert_int_equal(uk_console_in(NULL, &c, 1), -ENODEV);
	assert_int_equal(uk_console_in(&cona, &c, 1), 0);
	uk_console_wanted[UK_CONSOLE_LOG] = NULL;
	log_write("0123456789", 10, UK_PRINT_KLVL_INFO);
	assert_string_equal(fa.out, "0123456789");
	/* The rest is lost, and the writer does not wait. */
	log_write("abcdefghijklmn", 14, UK_PRINT_KLVL_INFO);
	assert_string_equal(fa.out, "0123456789abcdefghij");
	assert_int_equal(cona.stats.out_bytes, 20);
	assert_int_equal(cona.stats.out_dropped, 4);
	assert_int_equal(cona.stats.in_bytes, 0);
}

static void test_connections(void **state)
{
	static struct fake fp;
	static struct uk_console port = UK_CONSOLE("port", &port_ops, &fp);

	assert_int_equal(uk_console_connection(NULL), 0);
	assert_int_equal(uk_console_connection(&cona), 1);
	assert_int_equal(uk_console_out_to(NULL, 1, "x", 1), -ENODEV);
	assert_int_equal(uk_console_out_to(&port, 0, "x", 1), -EPIPE);
	assert_int_equal(uk_console_out_to(&port, 1, "x", 1), -EPIPE);
	connected = 1;
	assert_int_equal(uk_console_out_to(&port, 1, "x", 1), 1);
	connected = 2;
	assert_int_equal(uk_console_out_to(&port, 1, "y", 1), -EPIPE);
	assert_string_equal(fp.out, "x");
	/* For the current connection, which is read first. */
	asked = 0;
	assert_int_equal(uk_console_out(&port, "z", 1), 1);
	assert_int_equal(asked, 1);
	assert_int_equal(port.stats.out_bytes, 2);
}

static void test_listing(void **state)
{
	memset(uk_console_wanted, 0, sizeof(uk_console_wanted));
	logged[0] = '\0';
	assert_int_equal(roles_check(NULL), 0);
	assert_string_equal(logged, "");
	uk_console_wanted[UK_CONSOLE_GDB] = "vport1";
	assert_int_equal(roles_check(NULL), 0);
	assert_string_equal(logged, "consoles: a (log stdio) vport1 (gdb) b\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_is_probed_before_its_time),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_roles_by_name),
		cmocka_unit_test(test_console_that_comes_later),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_connections),
		cmocka_unit_test(test_listing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
