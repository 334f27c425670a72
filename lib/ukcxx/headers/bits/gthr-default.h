/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * How libstdc++'s headers see threads: there may be some, so that reference
 * counts (std::shared_ptr) are atomic; it has no mutexes of its own here.
 */
#ifndef __UKCXX_GTHR_DEFAULT_H__
#define __UKCXX_GTHR_DEFAULT_H__

typedef int __gthread_key_t;
typedef int __gthread_once_t;
typedef int __gthread_mutex_t;
typedef int __gthread_recursive_mutex_t;

static inline int __gthread_active_p(void)
{
	return 1;
}

#endif /* __UKCXX_GTHR_DEFAULT_H__ */
