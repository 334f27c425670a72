/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Any sequence of operations on a small heap: four bytes are one operation,
 * and the first of all chooses whether the heap is checked.
 *
 * HOST-SRCS: lib/ukalloc/alloc.c lib/ukalloc/registry.c
 * HOST-SRCS: lib/ukprint/snprintf.c
 * HOST-SRCS: lib/uktlsf/tlsf.c lib/uktlsf/lists.c lib/uktlsf/check.c
 * HOST-SRCS: lib/uktlsf/checks.c lib/uktlsf/leaks.c
 * HOST-FLAGS: -DCONFIG_LIBUKALLOC=1 -DCONFIG_LIBUKTLSF=1
 * HOST-FLAGS: -DCONFIG_LIBUKTLSF_OWNERS=1 -DCONFIG_LIBUKALLOC_CHECKS=1
 * HOST-FLAGS: -DCONFIG_LIBUKALLOC_CHECKS_QUARANTINE_KB=4
 */
#include <uk/tlsf.h>
#include "checks.h"
#include "shadow.h"

static char arena[65536] __aligned(4096);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

void __noreturn uk_alloc_misuse(const struct uk_alloc_damage *d)
{
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct shadow s = { 0 };

	checks = len && data[0] & 1;
	s.a = uk_tlsf_init(arena, sizeof(arena), "fuzz");
	for (; len >= 4; data += 4, len -= 4)
		shadow_step(&s, data[0] % SHADOW_BLOCKS, data[1],
			    data[2] | (size_t)data[3] << 8);
	shadow_agrees(&s);
	for (unsigned int i = 0; i < SHADOW_BLOCKS; i++)
		shadow_free(&s, i);
	shadow_agrees(&s);
	SHADOW_CHECK(uk_malloc(s.a, uk_alloc_maxalloc(s.a)));
	return 0;
}
