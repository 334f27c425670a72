/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * On which CPUs a thread runs. A cpu_set_t is the scheduler's mask.
 */
#include <uk/percpu.h>
#include "pthread_internal.h"

int pthread_setaffinity_np(pthread_t thread, size_t size, const cpu_set_t *set)
{
	if (size != sizeof(*set))
		return EINVAL;
	return -uk_thread_set_affinity(thread, set->_bits);
}

int pthread_getaffinity_np(pthread_t thread, size_t size, cpu_set_t *set)
{
	if (size != sizeof(*set))
		return EINVAL;
	set->_bits = uk_thread_get_affinity(thread);
	return 0;
}

int pthread_attr_setaffinity_np(pthread_attr_t *attr, size_t size,
				const cpu_set_t *set)
{
	if (size != sizeof(*set) || !set->_bits)
		return EINVAL;
	attr->_cpus = set->_bits;
	return 0;
}

int pthread_attr_getaffinity_np(const pthread_attr_t *attr, size_t size,
				cpu_set_t *set)
{
	if (size != sizeof(*set))
		return EINVAL;
	set->_bits = attr->_cpus ? attr->_cpus : ~0UL;
	return 0;
}

int sched_getcpu(void)
{
	return (int)uk_percpu_id();
}
