/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
#include "bench.h"

__nsec plain(void);
__nsec plain(void)
{
	return measured();
}
