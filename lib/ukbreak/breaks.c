/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Breakpoints in text. Each has a slot, where the instruction under it is
 * executed without taking the breakpoint out; see gdb_arch.h. A breakpoint
 * that is gone leaves its entry and slot as they are until the entry is
 * needed, so that code that was interrupted inside the slot can continue.
 *
 * Entries are sorted by address; a lookup is on the way of each hit and must
 * not meet a breakpoint itself.
 */
#include <string.h>
#include <uk/ax_native.h>
#include <uk/lcpu.h>
#include <uk/nofault.h>
#include <uk/percpu.h>
#include <uk/plat/image.h>
#include <uk/plat/paging.h>
#include <uk/thread.h>
#include "break_internal.h"

#define BREAKS CONFIG_LIBUKBREAK_MAX

static struct uk_break breaks[BREAKS];
static __u8 sorted[BREAKS]; /* indices of entries in use */
static unsigned int n_sorted;
static unsigned int victim; /* where the search for a free entry begins */

UK_CTASSERT(BREAKS <= 255);

/* The slots: code, written through a second mapping like any other text. */
__asm__(".section .text.uk_break_slots, \"ax\"\n\t"
	".balign 32\n"
	".global uk_break_slots\n"
	"uk_break_slots:\n\t"
	".skip " STRINGIFY(
		CONFIG_LIBUKBREAK_MAX) " * 32, 0\n\t"
				       ".size uk_break_slots, . - uk_break_slots\n\t"
				       ".previous");
extern const __u8 uk_break_slots[];
UK_CTASSERT(BREAK_SLOT_SIZE == 32);

/* The first place in `sorted` whose address is not below. */
static unsigned int __nobreak lower_bound(__vaddr_t addr)
{
	unsigned int lo = 0, hi = n_sorted;

	while (lo < hi) {
		unsigned int mid = (lo + hi) / 2;

		if (breaks[sorted[mid]].addr < addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static struct uk_break *__nobreak find(__vaddr_t addr)
{
	unsigned int i = lower_bound(addr);

	if (i == n_sorted || breaks[sorted[i]].addr != addr)
		return __NULL;
	return &breaks[sorted[i]];
}

struct uk_break *__nobreak uk_break_at(__vaddr_t addr)
{
	struct uk_break *b = find(addr);

	return b && b->patched ? b : __NULL;
}

__vaddr_t __nobreak break_slot(const struct uk_break *b)
{
	return (__vaddr_t)uk_break_slots +
	       (__vaddr_t)(b - breaks) * BREAK_SLOT_SIZE;
}

static struct uk_break *__nobreak slot_owner(__vaddr_t pc)
{
	__vaddr_t at = pc - (__vaddr_t)uk_break_slots;

	return at < BREAKS * BREAK_SLOT_SIZE ? &breaks[at / BREAK_SLOT_SIZE]
					     : __NULL;
}

const struct uk_break *uk_break_in_slot(const struct __regs *regs)
{
	__vaddr_t pc = ukarch_regs_pc(regs);
	const struct uk_break *b = slot_owner(pc);

	if (!b)
		return __NULL;
	pc -= break_slot(b);
	return !pc || pc < b->ool.slot_len ? b : __NULL;
}

int __nobreak uk_break_is_begun(const struct __regs *regs)
{
	__vaddr_t pc = ukarch_regs_pc(regs);
	const struct uk_break *b = slot_owner(pc);

	if (!b || b->ool.kind == UK_BREAK_OOL_EMULATE)
		return 0;
	pc -= break_slot(b);
	return pc && pc < b->ool.slot_len;
}

void __nobreak uk_break_leave_slot(struct __regs *regs)
{
	__vaddr_t pc = ukarch_regs_pc(regs);
	struct uk_break *b = slot_owner(pc);

	if (!b)
		return;
	pc -= break_slot(b);
	if (uk_break_is_begun(regs)) {
		break_arch_undo(regs);
		pc = 0;
	} else if (pc && pc < b->ool.slot_len) {
		/* nothing that it depends on is changed by then */
		(void)break_arch_emulate(&b->ool, b->addr, regs);
		return;
	}
	ukarch_regs_set_pc(regs, b->addr + (pc ? b->ool.len : 0));
}

/* The next breakpoint whose bytes overlap a range, from number *i on. */
static struct uk_break *next_in(__vaddr_t addr, __sz len, unsigned int *i)
{
	for (; *i < n_sorted; (*i)++) {
		struct uk_break *b = &breaks[sorted[*i]];

		if (b->addr >= addr + len)
			return __NULL;
		if (b->patched && b->addr + b->patched > addr) {
			(*i)++;
			return b;
		}
	}
	return __NULL;
}

/* Where next_in() begins. */
static unsigned int first_in(__vaddr_t addr)
{
	return lower_bound(addr < UK_BREAK_INSN_MAX ? 0
						    : addr - UK_BREAK_INSN_MAX);
}

/* Several bytes change under a breakpoint instruction: what writes them may be
 * executing them.
 */
static int write(const struct uk_break *b, const __u8 *bytes, unsigned int len)
{
	int rc = 0;

	if (len > uk_break_len) {
		rc = ukplat_page_poke(b->addr, break_arch_insn, uk_break_len);
		if (!rc)
			rc = ukplat_page_poke(b->addr + uk_break_len,
					      bytes + uk_break_len,
					      len - uk_break_len);
	}
	return rc ? rc : ukplat_page_poke(b->addr, bytes, uk_break_len);
}

/* Puts the first bytes of a breakpoint's place in memory: so many, which are
 * not the program's; the program's stand after them.
 */
static int place(struct uk_break *b, const __u8 *code, unsigned int len)
{
	__u8 bytes[UK_BREAK_INSN_MAX];
	unsigned int before = b->patched, all = MAX(len, before);
	int rc;

	memcpy(bytes, b->orig, sizeof(bytes));
	memcpy(bytes, code, len);
	b->patched = (__u8)all; /* it may be hit at once */
	rc = write(b, bytes, all);
	b->patched = (__u8)(rc ? before : len);
	return rc;
}

static int place_trap(struct uk_break *b)
{
	b->jumps = 0;
	return place(b, break_arch_insn, uk_break_len);
}

#ifdef CONFIG_LIBUKBREAK_PADS
/* No other breakpoint stands in the bytes of a jump. */
static int is_free(const struct uk_break *b, unsigned int len)
{
	unsigned int i = lower_bound(b->addr + 1);

	return !next_in(b->addr + 1, len - 1, &i);
}

/* A jump of another one would have a breakpoint instruction in it. */
static int make_way(const struct uk_break *b)
{
	unsigned int i = first_in(b->addr);
	struct uk_break *other;
	int rc = 0;

	while (!rc && (other = next_in(b->addr, uk_break_len, &i)))
		if (other != b && other->jumps) {
			break_arch_trap_to_pad(other - breaks, other->addr);
			rc = place_trap(other);
		}
	return rc;
}

/* A jump where one may stand, else a breakpoint instruction. */
static int place_best(struct uk_break *b)
{
	__u8 jump[UK_BREAK_INSN_MAX];
	unsigned int index = b - breaks;
	int has_pad = break_pad_prepare(b, index);
	int jumps = has_pad && break_pad_jump(b, index, jump) &&
		    is_free(b, break_jump_len);

	if (!jumps && make_way(b))
		return -EAGAIN;
	break_arch_trap_to_pad(index, has_pad && !jumps ? b->addr : 0);
	if (jumps == b->jumps && b->patched)
		return 0;
	if (!jumps)
		return place_trap(b);
	b->jumps = 1;
	return place(b, jump, break_jump_len);
}
#else
static int place_best(struct uk_break *b)
{
	return b->patched ? 0 : place_trap(b);
}
#endif

int uk_break_patch(struct uk_break *b, int on)
{
	if (on)
		return b->patched ? 0 : place_best(b);
	b->jumps = 0;
	break_arch_trap_to_pad(b - breaks, 0);
	return b->patched ? place(b, b->orig, 0) : 0;
}

/* What decides about it has changed. */
static void update(struct uk_break *b)
{
	if (b->patched)
		(void)place_best(b);
}

/* Where code may continue inside the slot: threads, and what traps that are
 * being handled have interrupted. @return 1 when that of one did
 */
static int each_interrupted(struct uk_break *b,
			    int (*of)(struct uk_break *b, struct __regs *regs))
{
	struct ukarch_trap_ctx *ctx;
	struct uk_thread *t = __NULL;
	struct __regs *regs;

	for (unsigned int i = 0; i < ukplat_lcpu_count(); i++) {
		ctx = i == ukplat_lcpu_id() ? uk_percpu_read(trap)
					    : uk_lcpu_trap(i);
		for (; ctx; ctx = ctx->outer)
			if (of(b, ctx->regs))
				return 1;
	}
	while ((t = uk_thread_next(t))) {
		regs = uk_thread_regs(t);
		if (regs && of(b, regs))
			return 1;
	}
	return 0;
}

static int uses_slot(struct uk_break *b, struct __regs *regs)
{
	return slot_owner(ukarch_regs_pc(regs)) == b ||
	       break_pad_is_of(regs, b->addr);
}

static int slot_in_use(struct uk_break *b)
{
	return each_interrupted(b, uses_slot);
}

static int leave_slot(struct uk_break *b, struct __regs *regs)
{
	if (slot_owner(ukarch_regs_pc(regs)) == b)
		uk_break_leave_slot(regs);
	return 0;
}

/* Not by memmove(), nor as part of their callers: a breakpoint there would not
 * be found meanwhile.
 */
static void __nobreak __noinline sorted_add(unsigned int at, unsigned int index)
{
	for (unsigned int i = n_sorted++; i > at; i--)
		UK_WRITE_ONCE(sorted[i], UK_READ_ONCE(sorted[i - 1]));
	sorted[at] = index;
}

static void __nobreak __noinline sorted_remove(unsigned int at)
{
	n_sorted--;
	for (unsigned int i = at; i < n_sorted; i++)
		UK_WRITE_ONCE(sorted[i], UK_READ_ONCE(sorted[i + 1]));
}

static void forget(struct uk_break *b)
{
	if (b->orig_len)
		sorted_remove(lower_bound(b->addr));
	b->orig_len = 0;
}

static struct uk_break *allocate(__vaddr_t addr)
{
	for (unsigned int n = 0; n < BREAKS; n++) {
		struct uk_break *b = &breaks[(victim + n) % BREAKS];

		if (b->users || slot_in_use(b))
			continue;
		if (b->patched && uk_break_patch(b, 0))
			continue;
		victim = (victim + n + 1) % BREAKS;
		forget(b);
		b->addr = addr;
		b->orig_len = 1;
		b->probes = __NULL;
		uk_ax_native_free(b->condition);
		b->condition = b->probe_condition = __NULL;
		sorted_add(lower_bound(addr), b - breaks);
		return b;
	}
	return __NULL;
}

/* Decides how the instruction is executed elsewhere, and prepares that. */
static int prepare(struct uk_break *b)
{
	__u8 code[BREAK_SLOT_SIZE] = { 0 };
	struct uk_break_ool ool;
	int rc = 0;

	break_arch_ool(b->orig, b->orig_len, b->addr, break_slot(b), code,
		       &ool);
	if (break_arch_in_sequence(b->addr)) {
		ool.kind = UK_BREAK_OOL_STEP;
		ool.slot_len = 0;
	}
	if (ool.slot_len)
		rc = ukplat_page_poke(break_slot(b), code, sizeof(code));
	b->ool = ool; /* all this may have hit it, as it was */
	return rc;
}

static int overlaps(__vaddr_t addr, const void *start, const void *end)
{
	return addr + uk_break_len > (__vaddr_t)start && addr < (__vaddr_t)end;
}

/* Whether a hit executes what is there, or reads it: the path of the trap, the
 * slots, the pads with their data, the conditions.
 */
static int is_of_hits(__vaddr_t addr)
{
	return overlaps(addr, uk_nobreak_start, uk_nobreak_end) ||
	       overlaps(addr, uk_break_slots,
			uk_break_slots + BREAKS * BREAK_SLOT_SIZE) ||
#ifdef CONFIG_LIBUKBREAK_PADS
	       overlaps(addr, break_pads,
			break_pads + BREAKS * BREAK_PAD_SIZE) ||
#endif
	       uk_ax_native_contains(addr) ||
	       uk_ax_native_contains(addr + uk_break_len - 1);
}

/* The entry of a breakpoint whose instruction is in memory from now on. */
static int insert(__vaddr_t addr, struct uk_break **at)
{
	__u8 orig[UK_BREAK_INSN_MAX];
	struct uk_break *b = *at = find(addr);
	__sz len;
	int rc;

	if (addr % UKARCH_INSN_UNIT)
		return -EINVAL;
	if (is_of_hits(addr))
		return -EACCES;
	if (b && b->patched)
		return 0;
	len = uk_nofault_memcpy((char *)orig, (const char *)addr, sizeof(orig),
				0);
	uk_break_hide(addr, orig, len);
	if (len < uk_break_len)
		return -EFAULT;
	if (!b || b->orig_len != len || memcmp(b->orig, orig, len)) {
		if (b && slot_in_use(b))
			return -EAGAIN;
		if (b)
			forget(b);
		b = allocate(addr);
		if (!b)
			return -ENOSPC;
		b->orig_len = len;
		memcpy(b->orig, orig, len);
		rc = prepare(b);
		if (rc)
			return rc;
	}
	*at = b;
	return uk_break_patch(b, 1);
}

int uk_break_insert(__vaddr_t addr, unsigned int user, struct uk_break **at)
{
	struct uk_break *b;
	int rc = insert(addr, &b);

	if (rc)
		return rc;
	b->users |= user;
	update(b);
	if (at)
		*at = b;
	return 0;
}

int uk_break_remove(__vaddr_t addr, unsigned int user)
{
	struct uk_break *b = uk_break_at(addr);

	if (!b || !(b->users & user))
		return -ENOENT;
	b->users &= ~user;
	if (b->users)
		update(b);
	return 0;
}

void uk_break_condition(struct uk_break *b, unsigned int user,
			uk_ax_function condition)
{
	if (user == UK_BREAK_DEBUGGER)
		b->condition = condition;
	else
		b->probe_condition = condition;
	update(b);
}

#ifdef CONFIG_LIBUKBREAK_PADS
__u64 uk_break_passed(void)
{
	__u64 n = 0;

	for (unsigned int i = 0; i < n_sorted; i++)
		if (breaks[sorted[i]].users & UK_BREAK_DEBUGGER)
			n += break_pad_passed(sorted[i]);
	return n;
}
#endif

void uk_break_sync(void)
{
	for (unsigned int i = 0; i < n_sorted; i++) {
		struct uk_break *b = &breaks[sorted[i]];

		if (b->patched && !b->users)
			(void)uk_break_patch(b, 0);
	}
}

/* The slots are part of the text, which a debugger compares with the image's:
 * they are empty there.
 */
static void hide_slots(__vaddr_t addr, void *buf, __sz len)
{
	__vaddr_t from = MAX(addr, (__vaddr_t)uk_break_slots);
	__vaddr_t to = MIN(addr + len, (__vaddr_t)uk_break_slots +
					       BREAKS * BREAK_SLOT_SIZE);

	if (from < to)
		memset((char *)buf + (from - addr), 0, to - from);
}

void uk_break_hide(__vaddr_t addr, void *buf, __sz len)
{
	unsigned int i = first_in(addr);
	struct uk_break *b;

	hide_slots(addr, buf, len);
	uk_ax_native_hide(addr, buf, len);
	while ((b = next_in(addr, len, &i))) {
		for (unsigned int n = 0; n < b->patched; n++)
			if (b->addr + n - addr < len)
				((__u8 *)buf)[b->addr + n - addr] = b->orig[n];
	}
}

/* 1 if the bytes are others for the instruction; what is behind it changes. */
static int changes(struct uk_break *b, __vaddr_t addr, const __u8 *buf,
		   __sz len)
{
	int changed = 0;

	for (unsigned int n = 0; n < b->orig_len; n++) {
		__vaddr_t at = b->addr + n - addr;

		if (at >= len || b->orig[n] == buf[at])
			continue;
		b->orig[n] = buf[at];
		changed |= n < b->ool.len || !b->ool.len;
	}
	return changed;
}

/* Bytes that belong to instructions under breakpoints change those. */
static void adopt(__vaddr_t addr, const __u8 *buf, __sz len)
{
	for (unsigned int i = 0; i < n_sorted; i++) {
		struct uk_break *b = &breaks[sorted[i]];

		if (!changes(b, addr, buf, len))
			continue;
		break_arch_trap_to_pad(b - breaks, 0);
		if (b->jumps)
			(void)place_trap(b);
		each_interrupted(b, leave_slot);
		(void)prepare(b);
		update(b);
	}
}

__sz uk_break_write(__vaddr_t addr, const void *buf, __sz len)
{
	unsigned int i = first_in(addr);
	const __u8 *from = buf;
	__sz done = 0;
	struct uk_break *b;

	/* Between the breakpoint instructions, which stay. */
	while (done < len) {
		__vaddr_t at = addr + done, stop = addr + len;

		b = next_in(at, len - done, &i);
		if (b && b->addr <= at) {
			done = MIN(len, b->addr + b->patched - addr);
			continue;
		}
		if (b) {
			stop = b->addr;
			i--;
		}
		if (ukplat_page_poke(at, from + done, stop - at))
			break;
		done = stop - addr;
	}
	adopt(addr, buf, done);
	return done;
}
