/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Threads and their attributes. A pthread_t is the scheduler's thread.
 */
#include <stdlib.h>
#include <string.h>
#include <uk/symtab.h>
#include "pthread_internal.h"

struct start {
	void *(*func)(void *);
	void *arg;
};

static void *start(void *arg)
{
	struct start s = *(struct start *)arg;

	free(arg);
	pthread_exit(s.func(s.arg));
}

/* A thread is called as its start routine is, if the image has its symbol. */
static const char *name_of(void *(*func)(void *), struct uk_symbol *sym)
{
	if (uk_resolve_symbol((unsigned long)func, sym))
		return "pthread";
	sym->name[strcspn(sym->name, ".")] = '\0'; /* a compiler's suffix */
	return sym->name;
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attr,
		   void *(*func)(void *), void *arg)
{
	struct uk_symbol sym;
	struct uk_thread_attr a = { .name = name_of(func, &sym) };
	struct start *s = malloc(sizeof(*s));
	int rc;

	if (!s)
		return EAGAIN;
	*s = (struct start){ func, arg };
	if (attr) {
		a.stack = attr->_stack;
		a.detached = attr->_detached;
		a.affinity = attr->_cpus;
	}
	rc = uk_thread_create_attr(thread, &a, start, s);
	if (rc)
		free(s);
	return rc == -ENOMEM ? EAGAIN : -rc;
}

int pthread_join(pthread_t thread, void **result)
{
	return -uk_thread_join(thread, result);
}

int pthread_detach(pthread_t thread)
{
	return -uk_thread_detach(thread);
}

pthread_t pthread_self(void)
{
	return uk_thread_self();
}

int pthread_equal(pthread_t a, pthread_t b)
{
	return a == b;
}

void pthread_exit(void *result)
{
	pthread_keys_destroy();
	uk_thread_exit(result);
}

int pthread_setname_np(pthread_t thread, const char *name)
{
	if (strlen(name) >= UK_THREAD_NAME_MAX)
		return ERANGE;
	uk_thread_set_name(thread, name);
	return 0;
}

int pthread_getname_np(pthread_t thread, char *name, size_t len)
{
	if (strlen(thread->name) >= len)
		return ERANGE;
	strcpy(name, thread->name);
	return 0;
}

int sched_yield(void)
{
	uk_sched_yield();
	return 0;
}

int pthread_attr_init(pthread_attr_t *attr)
{
	*attr = (pthread_attr_t){ 0, PTHREAD_CREATE_JOINABLE, 0 };
	return 0;
}

int pthread_attr_destroy(pthread_attr_t *attr __unused)
{
	return 0;
}

int pthread_attr_setstacksize(pthread_attr_t *attr, size_t size)
{
	if (size < PTHREAD_STACK_MIN)
		return EINVAL;
	attr->_stack = size;
	return 0;
}

int pthread_attr_getstacksize(const pthread_attr_t *attr, size_t *size)
{
	*size = attr->_stack ? attr->_stack
			     : CONFIG_LIBUKSCHED_STACK_KB * 1024UL;
	return 0;
}

int pthread_attr_setdetachstate(pthread_attr_t *attr, int state)
{
	if (state != PTHREAD_CREATE_JOINABLE &&
	    state != PTHREAD_CREATE_DETACHED)
		return EINVAL;
	attr->_detached = state;
	return 0;
}

int pthread_attr_getdetachstate(const pthread_attr_t *attr, int *state)
{
	*state = attr->_detached;
	return 0;
}
