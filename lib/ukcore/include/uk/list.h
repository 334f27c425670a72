/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Intrusive doubly linked lists with a head (Linux' and Unikraft's names).
 * The caller serialises access; walking without a lock is safe only while
 * the list does not change. Contexts: any.
 */
#ifndef __UK_LIST_H__
#define __UK_LIST_H__

#include <uk/essentials.h>

struct uk_list_head {
	struct uk_list_head *next;
	struct uk_list_head *prev;
};

#define UK_LIST_HEAD_INIT(name)  \
	{                        \
		&(name), &(name) \
	}
#define UK_LIST_HEAD(name) struct uk_list_head name = UK_LIST_HEAD_INIT(name)

/** Makes `list` an empty list, or an entry that is in none. */
static inline void UK_INIT_LIST_HEAD(struct uk_list_head *list)
{
	list->next = list;
	list->prev = list;
}

static inline int uk_list_empty(const struct uk_list_head *head)
{
	return head->next == head;
}

static inline void _uk_list_insert(struct uk_list_head *entry,
				   struct uk_list_head *prev,
				   struct uk_list_head *next)
{
	entry->next = next;
	entry->prev = prev;
	next->prev = entry;
	prev->next = entry;
}

/** Puts `entry` first. */
static inline void uk_list_add(struct uk_list_head *entry,
			       struct uk_list_head *head)
{
	_uk_list_insert(entry, head, head->next);
}

/** Puts `entry` last. */
static inline void uk_list_add_tail(struct uk_list_head *entry,
				    struct uk_list_head *head)
{
	_uk_list_insert(entry, head->prev, head);
}

/** Takes `entry` out; it must not be walked or deleted again. */
static inline void uk_list_del(struct uk_list_head *entry)
{
	entry->prev->next = entry->next;
	entry->next->prev = entry->prev;
	entry->next = __NULL;
	entry->prev = __NULL;
}

/** Takes `entry` out and leaves it an empty list of its own. */
static inline void uk_list_del_init(struct uk_list_head *entry)
{
	entry->prev->next = entry->next;
	entry->next->prev = entry->prev;
	UK_INIT_LIST_HEAD(entry);
}

#define uk_list_entry(ptr, type, member) __containerof(ptr, type, member)

#define uk_list_first_entry(head, type, member) \
	uk_list_entry((head)->next, type, member)

#define uk_list_for_each_entry(pos, head, member)                         \
	for (pos = uk_list_entry((head)->next, __typeof__(*pos), member); \
	     &pos->member != (head);                                      \
	     pos = uk_list_entry(pos->member.next, __typeof__(*pos), member))

/* `pos` may be taken out in the body. */
#define uk_list_for_each_entry_safe(pos, n, head, member)                  \
	for (pos = uk_list_entry((head)->next, __typeof__(*pos), member),  \
	    n = uk_list_entry(pos->member.next, __typeof__(*pos), member); \
	     &pos->member != (head); pos = n,                              \
	    n = uk_list_entry(n->member.next, __typeof__(*n), member))

#endif /* __UK_LIST_H__ */
