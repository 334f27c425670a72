/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
#include "bench.h"

__nsec bench(void);
__nsec bench(void)
{
	return measured();
}
