/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/* expected: sizeof(struct frame) == 16 */
#include <uk/essentials.h>

struct frame {
	__u64 fp;
#ifdef CONTROL
	__u64 pc;
#endif
};

UK_CTASSERT(sizeof(struct frame) == 16);
