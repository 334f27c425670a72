/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The data behind <uk/percpu.h> and <uk/stack.h>.
 */
#include <uk/percpu.h>
#include <uk/stack.h>

struct uk_percpu uk_percpus[CONFIG_UKPLAT_LCPU_MAXCOUNT];

UK_TABLE_DEFINE(stack, struct uk_stack);
#ifdef CONFIG_LIBUKCORE_STACK_FINDER
UK_TABLE_DEFINE(stack_finder, struct uk_stack_finder);
#endif

const struct uk_stack *uk_stack_find(__vaddr_t addr)
{
	uk_table_foreach (stack, s)
		if (addr >= (__vaddr_t)s->guard && addr < (__vaddr_t)s->top)
			return s;
#ifdef CONFIG_LIBUKCORE_STACK_FINDER
	uk_table_foreach (stack_finder, f) {
		const struct uk_stack *s = f->find(addr);

		if (s)
			return s;
	}
#endif
	return __NULL;
}
