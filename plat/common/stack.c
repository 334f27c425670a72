/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The stack of main and of the init calls; entry.S starts on it.
 */
#include <uk/stack.h>

#define KVM_MAIN_STACK_SIZE (CONFIG_STACK_SIZE_KB * 1024UL)

extern char kvm_main_stack[];

UK_STACK_DEFINE(kvm_main_stack, "main", KVM_MAIN_STACK_SIZE);
