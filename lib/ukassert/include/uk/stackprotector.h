/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The canary of -fstack-protector (CONFIG_STACKPROTECTOR). The compiler's code
 * compares __stack_chk_guard on return and calls __stack_chk_fail(), which
 * crashes with "stack smashed" and the function's registers.
 */
#ifndef __UK_STACKPROTECTOR_H__
#define __UK_STACKPROTECTOR_H__

/**
 * Sets the canary anew from the CPU's counter. The first C code that runs
 * calls it: every protected function that is on the stack would fail its
 * check. Contexts: init, before anything else.
 */
#ifdef CONFIG_STACKPROTECTOR
void uk_stackprotector_init(void);
#else
static inline void uk_stackprotector_init(void)
{
}
#endif

#endif /* __UK_STACKPROTECTOR_H__ */
