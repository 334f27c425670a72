/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Lists, against a plain array that does the same.
 */
#include <string.h>
#include <uk/list.h>
#include <uk/test.h>

#define NODES 12

struct node {
	int before;
	struct uk_list_head link;
	int number;
};

static UK_LIST_HEAD(head);
static struct node nodes[NODES];

/* The same list as an array. */
static struct {
	int number[NODES];
	unsigned int count;
} model;

static void model_insert(unsigned int at, int number)
{
	memmove(&model.number[at + 1], &model.number[at],
		(model.count - at) * sizeof(model.number[0]));
	model.number[at] = number;
	model.count++;
}

/* Returns 0 if there is no such number. */
static int model_remove(int number)
{
	for (unsigned int i = 0; i < model.count; i++) {
		if (model.number[i] != number)
			continue;
		model.count--;
		memmove(&model.number[i], &model.number[i + 1],
			(model.count - i) * sizeof(model.number[0]));
		return 1;
	}
	return 0;
}

/* Forwards along next, backwards along prev. */
static int matches_model(void)
{
	const struct uk_list_head *l = head.next;
	struct node *pos;
	unsigned int i = 0;

	uk_list_for_each_entry (pos, &head, link)
		if (i == model.count || pos->number != model.number[i++])
			return 0;
	if (i != model.count || uk_list_empty(&head) != !model.count)
		return 0;
	for (i = 0; l != &head; l = l->next, i++)
		if (l->next->prev != l || l->prev->next != l)
			return 0;
	return i == model.count;
}

static unsigned int random_below(unsigned int n)
{
	static __u64 state = 12345;

	state = state * 6364136223846793005UL + 1442695040888963407UL;
	return (unsigned int)(state >> 33) % n;
}

static void one_step(void)
{
	int n = (int)random_below(NODES);

	if (model_remove(n)) {
		if (random_below(2))
			uk_list_del(&nodes[n].link);
		else
			uk_list_del_init(&nodes[n].link);
	} else if (random_below(2)) {
		model_insert(0, n);
		uk_list_add(&nodes[n].link, &head);
	} else {
		model_insert(model.count, n);
		uk_list_add_tail(&nodes[n].link, &head);
	}
}

UK_TESTCASE(ukcore_list, does_what_an_array_does)
{
	for (int i = 0; i < NODES; i++)
		nodes[i].number = i;
	UK_TEST_ASSERT(matches_model());
	for (int i = 0; i < 5000; i++) {
		one_step();
		UK_TEST_ASSERT(matches_model());
	}
}

UK_TESTCASE(ukcore_list, entries_and_their_structures)
{
	UK_LIST_HEAD(list);
	struct node a = { .number = 1 }, b = { .number = 2 };

	UK_TEST_EXPECT(uk_list_empty(&list));
	uk_list_add_tail(&a.link, &list);
	uk_list_add_tail(&b.link, &list);
	UK_TEST_EXPECT(!uk_list_empty(&list));
	UK_TEST_EXPECT_PTR_EQ(uk_list_first_entry(&list, struct node, link),
			      &a);
	UK_TEST_EXPECT_PTR_EQ(uk_list_entry(&b.link, struct node, link), &b);

	uk_list_del(&a.link);
	UK_TEST_EXPECT_NULL(a.link.next);
	UK_TEST_EXPECT_NULL(a.link.prev);
	uk_list_del_init(&b.link);
	UK_TEST_EXPECT(uk_list_empty(&b.link));
	UK_TEST_EXPECT(uk_list_empty(&list));
}

UK_TESTCASE(ukcore_list, safe_walk_may_take_out)
{
	UK_LIST_HEAD(list);
	struct node n[5], *pos, *next;
	int sum = 0;

	for (int i = 0; i < 5; i++) {
		n[i].number = i;
		uk_list_add_tail(&n[i].link, &list);
	}
	uk_list_for_each_entry_safe (pos, next, &list, link) {
		sum = sum * 10 + pos->number;
		uk_list_del(&pos->link);
		memset(pos, 0xee, sizeof(*pos));
	}
	UK_TEST_EXPECT_SNUM_EQ(sum, 1234);
	UK_TEST_EXPECT(uk_list_empty(&list));
}

uk_testsuite_register(ukcore_list, NULL);
