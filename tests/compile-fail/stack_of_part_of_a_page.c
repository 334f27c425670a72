/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/* expected: size of stack small must be whole pages */
#include <uk/stack.h>

#ifdef CONTROL
#define BYTES 4096
#else
#define BYTES 6000
#endif
extern char small[];
UK_STACK_DEFINE(small, "small", BYTES);
