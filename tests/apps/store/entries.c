/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Static entries e10000 … e19999, or as many of them as are configured.
 */
#include <uk/store.h>
#include "store.h"

static int __unused get_number(void *cookie, __u64 *out)
{
	*out = 42;
	return 0;
}

#define ENTRY(n) \
	UK_STORE_STATIC_ENTRY(STORE_ID(n), e##n, u64, get_number, NULL);
/* It finds no layout that it would leave as it is. */
/* clang-format off */
#define X(p) \
	ENTRY(p##0) ENTRY(p##1) ENTRY(p##2) ENTRY(p##3) ENTRY(p##4) \
	ENTRY(p##5) ENTRY(p##6) ENTRY(p##7) ENTRY(p##8) ENTRY(p##9)
#define C(p) \
	X(p##0) X(p##1) X(p##2) X(p##3) X(p##4) \
	X(p##5) X(p##6) X(p##7) X(p##8) X(p##9)
#define M(p) \
	C(p##0) C(p##1) C(p##2) C(p##3) C(p##4) \
	C(p##5) C(p##6) C(p##7) C(p##8) C(p##9)

#if CONFIG_APPSTORE_ENTRIES == 10
X(1000)
#elif CONFIG_APPSTORE_ENTRIES >= 1000
M(10)
#endif
#if CONFIG_APPSTORE_ENTRIES == 10000
M(11) M(12) M(13) M(14) M(15) M(16) M(17) M(18) M(19)
#endif
	/* clang-format on */
