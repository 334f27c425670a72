/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Memory errors that damage no header. A block in use has a canary behind its
 * bytes, up to the end of the block (one byte at least), and a guard in its
 * header, in front of its bytes. A freed block is filled with poison and held
 * back, so that a write to it, or a second free, meets no other block of the
 * program; the poison is looked at when it is released.
 */
#include <string.h>
#include <uk/param.h>
#include "tlsf_internal.h"

static __sz quarantine = CONFIG_LIBUKALLOC_CHECKS_QUARANTINE_KB * 1024UL;

UK_PARAM(heap, quarantine, &quarantine, size,
	 "bytes of freed blocks that are held back");

__sz tlsf_held_max(void)
{
	return quarantine;
}

/* The header of a block in use without `before`, which neighbours change. */
__u64 tlsf_guard(const struct tlsf *t, const struct block *b)
{
	__u64 hash = (b->word & ~BLOCK_SEAL_MASK) ^ (__u64)b ^ t->secret;

	return (hash * 0x9e3779b97f4a7c15UL) ^
	       ((__u64)b->owner << 32 | b->freer);
}

void tlsf_arm(const struct tlsf *t, struct block *b)
{
	__sz asked = block_asked(b);

	memset((char *)block_payload(b) + asked, UK_ALLOC_CANARY,
	       block_size(b) - asked);
	b->guard = tlsf_guard(t, b);
}

/*
 * Looks for bytes of a block that differ from `fill`, from offset `from` up to
 * `to`. Returns how many there are from the first to the last one.
 */
static __sz changed(struct block *b, __sz from, __sz to, unsigned char fill,
		    __sz *first)
{
	const unsigned char *p = block_payload(b);
	const __u64 word = fill * 0x0101010101010101UL;
	__sz n = from;

	while (n < to && p[n] == fill) {
		n++;
		while (n % 8 == 0 && n + 8 <= to && *(__u64 *)(p + n) == word)
			n += 8;
	}
	*first = n;
	while (to > n && p[to - 1] == fill)
		to--;
	return to - n;
}

/* 1 if the link of a held block can be right. */
static int held_linked(const struct tlsf *t, const struct block *b)
{
	const struct block *next = b->held;

	if (!next)
		return b == t->newest;
	return b != t->newest && tlsf_may_be_block(t, next) &&
	       block_sealed(t, next) && (next->word & BLOCK_HELD);
}

int tlsf_inspect(const struct tlsf *t, struct block *b,
		 struct uk_alloc_damage *d)
{
	int in_use = block_in_use(b);
	__sz size = block_size(b), first, count;
	char words[TLSF_WORDS_MAX];

	if (!tlsf_checked(t) || block_is_free(b) || !size)
		return 0;
	count = in_use ? changed(b, block_asked(b), size, UK_ALLOC_CANARY,
				 &first)
		       : changed(b, 0, size, UK_ALLOC_POISON, &first);
	if (count)
		tlsf_describe(d, b, "block %s was %s: %lu byte%s at offset %lu",
			      tlsf_words(b, words),
			      in_use ? "overrun"
				     : "written to after it was freed",
			      count, count > 1 ? "s" : "", first);
	else if (in_use ? b->guard != tlsf_guard(t, b) : !held_linked(t, b))
		tlsf_describe(d, b,
			      "block %s was underrun%s: the bytes before it "
			      "are damaged",
			      tlsf_words(b, words),
			      in_use ? "" : " after it was freed");
	else
		return 0;
	return 1;
}

void tlsf_hold(struct tlsf *t, struct block *b)
{
	memset(block_payload(b), UK_ALLOC_POISON, block_size(b));
	block_set(t, b, b->before, (b->word & ~BLOCK_SEAL_MASK) | BLOCK_HELD);
	b->held = __NULL;
	if (t->newest)
		t->newest->held = b;
	else
		t->oldest = b;
	t->newest = b;
	t->held += BLOCK_HEADER + block_size(b);
}

struct block *tlsf_unhold(struct tlsf *t, __sz most)
{
	struct block *b = t->oldest;
	struct uk_alloc_damage d;

	if (!b || t->held <= most || (most && b == t->newest))
		return __NULL;
	if (tlsf_inspect(t, b, &d))
		uk_alloc_misuse(&d);
	t->oldest = b->held;
	if (b == t->newest)
		t->newest = __NULL;
	t->held -= BLOCK_HEADER + block_size(b);
	return b;
}
