/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The stack of main and of the init calls; entry.S starts on it.
 */
#include <uk/plat/common.h>
#include <uk/stack.h>

#define PLAT_MAIN_STACK_SIZE (CONFIG_STACK_SIZE_KB * 1024UL)

UK_STACK_DEFINE(plat_main_stack, "main", PLAT_MAIN_STACK_SIZE);
