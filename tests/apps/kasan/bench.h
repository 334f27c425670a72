/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * A tree, sorting and formatting: what the checks cost is counted in
 * instructions (QEMU's -icount). qsort() and snprintf() are newlib's, which is
 * not compiled with checks. Compiled twice, with checks and without.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdio.h>
#include <stdlib.h>
#include <uk/plat/time.h>

#define NODES 1000

struct node {
	struct node *left, *right;
	unsigned int key;
	char name[12];
};

static struct node nodes[NODES];
static struct node *sorted[NODES];
static unsigned int seed = 1;
static volatile unsigned int sink;

static unsigned int next_number(void)
{
	return seed = seed * 1103515245 + 12345;
}

static void insert(struct node **at, struct node *n)
{
	while (*at)
		at = n->key < (*at)->key ? &(*at)->left : &(*at)->right;
	*at = n;
}

static unsigned int depth(const struct node *n)
{
	unsigned int l, r;

	if (!n)
		return 0;
	l = depth(n->left);
	r = depth(n->right);
	return 1 + (l > r ? l : r);
}

static int by_key(const void *a, const void *b)
{
	const struct node *const *x = a, *const *y = b;

	return (*x)->key < (*y)->key ? -1 : (*x)->key > (*y)->key;
}

static unsigned int work(void)
{
	struct node *root = NULL;
	unsigned int sum = 0;

	seed = 1;
	for (int i = 0; i < NODES; i++) {
		sorted[i] = &nodes[i];
		nodes[i].left = nodes[i].right = NULL;
		nodes[i].key = next_number();
		insert(&root, &nodes[i]);
	}
	qsort(sorted, NODES, sizeof(*sorted), by_key);
	for (int i = 0; i < NODES; i++)
		sum += snprintf(sorted[i]->name, sizeof(sorted[i]->name), "%u",
				sorted[i]->key);
	return sum + depth(root) + sorted[NODES / 2]->key;
}

static __nsec measured(void)
{
	__nsec start = ukplat_monotonic_clock();

	sink = work();
	return ukplat_monotonic_clock() - start;
}

#endif /* BENCH_H */
