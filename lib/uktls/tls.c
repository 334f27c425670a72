/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Areas of thread-local variables. main's is reserved by the linker script,
 * which alone knows how large it is.
 */
#include <string.h>
#include <uk/init.h>
#include <uk/tls.h>

/* Set by the linker script: initial values, main's area; the others are
 * numbers, as addresses of nothing.
 */
extern const char uk_tls_start[], uk_tls_data_size[], uk_tls_var_size[];
extern const char uk_tls_alignment[];
extern char uk_tls_main[];

#define NUMBER(symbol) ((__sz)(__uptr)(symbol))

__sz uk_tls_align(void)
{
	return MAX(NUMBER(uk_tls_alignment), 16UL);
}

__sz uk_tls_size(void)
{
	__sz size = NUMBER(uk_tls_var_size), align = NUMBER(uk_tls_alignment);

	if (!size)
		return 0;
	return ukarch_tls_before(size, align) + ukarch_tls_behind(size, align);
}

__uptr uk_tls_init(void *area)
{
	__sz size = NUMBER(uk_tls_var_size), align = NUMBER(uk_tls_alignment);
	__sz data = NUMBER(uk_tls_data_size);
	__uptr tp;
	char *vars;

	if (!size)
		return 0;
	tp = (__uptr)area + ukarch_tls_before(size, align);
	vars = ukarch_tls_setup(tp, size, align);
	memcpy(vars, uk_tls_start, data);
	memset(vars + data, 0, size - data);
	return tp;
}

static int main_init(struct uk_init_ctx *ctx __unused)
{
	ukarch_tls_pointer_set(uk_tls_init(uk_tls_main));
	return 0;
}

uk_early_initcall_prio(main_init, 0, 0);
