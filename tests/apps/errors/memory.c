/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Of memory: bounds, and blocks that are gone.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "errors.h"

#define LONG_NAME \
	"a name of many more than the twenty characters that have room"

struct node {
	struct node *next;
	int value;
	char name[20];
};

static volatile size_t block_size;

static struct node *node(int value)
{
	struct node *n = hide(malloc(sizeof(*n)));

	n->next = NULL;
	n->value = value;
	strcpy(n->name, "node");
	return n;
}

static void set(size_t size, size_t from, size_t count)
{
	char *p = hide(malloc(size));

	memset(hide(p + from), 'x', count);
	free(hide(p));
}

MISTAKE offbyone(void)
{
	set(24, 0, 25);
}

MISTAKE offbyone3(void)
{
	set(20, 0, 21);
}

MISTAKE offby8(void)
{
	set(24, 0, 32);
}

MISTAKE under(void)
{
	set(24, (size_t)-1, 1);
}

MISTAKE overflow(void)
{
	struct node *a = node(1), *b = node(2);

	strcpy(hide(a->name), LONG_NAME);
	free(hide(a));
	free(hide(b));
}

/* The next node, as a freed one has it. */
MISTAKE uaf(void)
{
	struct node *a = node(1);

	a->next = node(2);
	free(hide(a));
	a = hide(a);
	sink = a->next->value;
}

MISTAKE uafread(void)
{
	struct node *a = node(1);

	free(hide(a));
	a = hide(a);
	sink = a->value;
}

MISTAKE uafwrite(void)
{
	struct node *a = node(1);

	free(hide(a));
	a = hide(a);
	a->value = 99;
}

MISTAKE uaffar(void)
{
	char *p = hide(malloc(4096));

	free(hide(p));
	p = hide(p);
	p[2000] = 5;
}

MISTAKE doublefree(void)
{
	struct node *a = node(1);

	free(hide(a));
	free(hide(a));
}

/* Another one may have its memory by then. */
MISTAKE doublefree3(void)
{
	struct node *a = node(1), *b;

	free(hide(a));
	b = node(2);
	free(hide(a));
	b->value = 7;
	free(hide(b));
}

MISTAKE badfree(void)
{
	int x = 3;

	free(hide(&x));
}

MISTAKE midfree(void)
{
	char *p = hide(malloc(100));

	free(hide(p + 16));
}

static void *of_its_stack(void *arg)
{
	volatile int x = 3;

	(void)arg;
	return hide((void *)&x);
}

MISTAKE stackuaf(void)
{
	pthread_t t;
	void *x;

	pthread_create(&t, NULL, of_its_stack, NULL);
	pthread_join(t, &x);
	sink = *(volatile int *)x;
	*(volatile int *)x = 5;
}

/* What memory has that was used before. */
MISTAKE uninit(void)
{
	struct node *nodes[8];

	memset(nodes, 0xa5, sizeof(nodes));
	sink = ((struct node **)hide(nodes))[3]->value;
}

MISTAKE oom(void)
{
	volatile char *p;

	do {
		p = malloc(1 << 20);
		*p = 1;
	} while (p);
}

MISTAKE negmalloc(void)
{
	volatile char *p;

	block_size = (size_t)-5;
	p = malloc(block_size);
	*p = 1;
}

MISTAKE memcpy_null(void)
{
	memcpy(hide(NULL), hide((void *)LONG_NAME), 32);
}

MISTAKE constwrite(void)
{
	static const char constant[] = "constant";
	char *p = hide((void *)constant);

	p[0] = 'X';
}

MISTAKE smash(void)
{
	char text[16];

	memset(hide(text), 'A', 100);
	hide(text);
}
