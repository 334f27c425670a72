/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The walk. A step finds the caller's pc, sp and fp from this frame's, either
 * by a rule of the unwind table or by the standard frame record, which is the
 * same on both architectures: caller's frame pointer at fp, return address at
 * fp + 8. Stacks grow down, so that frame pointers ascend; only a trap frame
 * may lead to another stack.
 */
#include <uk/arch/call.h>
#include <uk/nofault.h>
#include <uk/plat/image.h>
#include <uk/symtab.h>
#include <uk/unwind.h>

#define RECORD_SIZE 16
#define FP_ALIGN 8
#define NO_PAGE 1 /* the address of none */

static int stop(struct uk_unwind *u, enum uk_unwind_end end, __uptr bad)
{
	u->end = end;
	u->bad = bad;
	return 0;
}

/* The state in a frame of which all registers are known. */
static void enter_regs(struct uk_unwind *u, const struct __regs *regs)
{
	u->pc = ukarch_regs_pc(regs);
	u->sp = ukarch_regs_sp(regs);
	u->fp = ukarch_regs_fp(regs);
	u->lr = ukarch_regs_lr(regs);
	u->is_call = 0;
}

void uk_unwind_start(struct uk_unwind *u, const struct __regs *regs)
{
	u->is_trap = 0;
	u->end = UK_UNWIND_RUNNING;
	u->bad = 0;
	u->page = NO_PAGE;
	enter_regs(u, regs);
}

/* The first word of a page. */
static __noinline int read_page(struct uk_unwind *u, __uptr addr, __uptr *word)
{
	if (addr & (FP_ALIGN - 1))
		return stop(u, UK_UNWIND_UNALIGNED, addr);
	if (!uk_nofault_try_read(*word, addr))
		return stop(u, UK_UNWIND_UNREADABLE, addr);
	u->page = addr & __PAGE_MASK;
	return 1;
}

/* A page of which a word could be read is not tried again. */
static inline int read_word(struct uk_unwind *u, __uptr addr, __uptr *word)
{
	if ((addr & (__PAGE_MASK | (FP_ALIGN - 1))) != u->page)
		return read_page(u, addr, word);
	*word = *(const __uptr *)addr;
	return 1;
}

/* A frame without frame pointer is the outermost one only if the table says
 * so; without a table that is all there is to know.
 */
static int is_outermost(const struct uk_unwind *u __unused)
{
#ifdef CONFIG_LIBUKSYMTAB_UNWIND
	struct uk_unwind_rule rule;

	return !uk_symtab_unwind_rule(uk_unwind_lookup_pc(u), &rule) &&
	       rule.ra == UK_UNWIND_RA_END;
#else
	return 1;
#endif
}

/* The caller by the standard record. */
static int by_record(struct uk_unwind *u, __uptr *pc, __uptr *sp, __uptr *fp)
{
	if (!u->fp)
		return stop(u,
			    is_outermost(u) ? UK_UNWIND_OUTERMOST
					    : UK_UNWIND_NO_FRAME,
			    0);
	if (u->is_call && u->fp < u->sp)
		return stop(u, UK_UNWIND_CYCLIC, u->fp);
	*sp = u->fp + RECORD_SIZE;
	return read_word(u, u->fp, fp) && read_word(u, u->fp + 8, pc);
}

/* The caller by a rule of the table. */
static int by_rule(struct uk_unwind *u, const struct uk_unwind_rule *rule,
		   __uptr *pc, __uptr *sp, __uptr *fp)
{
	*sp = (rule->cfa_from_fp ? u->fp : u->sp) + rule->cfa_offset;
	*fp = u->fp;
	*pc = u->lr;

	if (rule->ra == UK_UNWIND_RA_END)
		return stop(u, UK_UNWIND_OUTERMOST, 0);
	if (rule->ra == UK_UNWIND_RA_CFA &&
	    !read_word(u, *sp - rule->ra_offset, pc))
		return 0;
	return !rule->fp_saved || read_word(u, *sp - rule->fp_offset, fp);
}

/* What a called function has done before its first instruction: nothing. */
static const struct uk_unwind_rule just_called = {
	.cfa_offset = UKARCH_HAVE_LR ? 0 : 8,
	.ra = UKARCH_HAVE_LR ? UK_UNWIND_RA_REG : UK_UNWIND_RA_CFA,
	.ra_offset = 8,
};

/* The rule for this frame; NULL for the standard one. */
static int find_rule(struct uk_unwind *u, struct uk_unwind_rule *rule,
		     const struct uk_unwind_rule **found)
{
	int rc;

	*found = __NULL;
	if (u->is_call && !u->fp)
		return 1; /* the outermost frame, as by_record() may say */
	if (!u->is_call && !uk_image_is_text(u->pc)) {
		*found = &just_called; /* a wild call, or a jump */
		return 1;
	}
	rc = uk_symtab_unwind_rule(uk_unwind_lookup_pc(u), rule);
	if (rc == -EINVAL)
		return stop(u, UK_UNWIND_TABLE, u->pc);
	/* At a call the record stands, unless this is the outermost frame. */
	if (!rc && (!u->is_call || rule->ra != UK_UNWIND_RA_REG))
		*found = rule;
	return 1;
}

int uk_unwind_next(struct uk_unwind *u)
{
	const struct uk_unwind_rule *rule;
	struct uk_unwind_rule buf;
	__uptr pc, sp, fp;

	if (u->end || !find_rule(u, &buf, &rule) ||
	    !(rule ? by_rule(u, rule, &pc, &sp, &fp)
		   : by_record(u, &pc, &sp, &fp)))
		return 0;

	/* A return, not a call: the link register holds where it went. */
	if (rule == &just_called && UKARCH_HAVE_LR && pc == u->pc)
		return stop(u, UK_UNWIND_NOT_CODE, pc);
	pc = ukarch_unsigned(pc);
	u->is_trap = pc == (__uptr)ukarch_trap_return;
	if (u->is_trap) {
		struct __regs regs;
		const struct __regs *from = ukarch_regs_of_record(fp);

		if (!uk_nofault_try_read(regs, from))
			return stop(u, UK_UNWIND_UNREADABLE, (__uptr)from);
		enter_regs(u, &regs);
		return 1;
	}

	if (!uk_image_is_text(pc - 1))
		return stop(u, UK_UNWIND_NOT_CODE, pc);
	/* A wild return looks like a wild call, but for this. */
	if (rule == &just_called &&
	    !ukarch_call_len((const __u8 *)pc, pc - (__uptr)_text))
		return stop(u, UK_UNWIND_NOT_CALL, pc);
	if (fp && sp <= u->sp && u->is_call)
		return stop(u, UK_UNWIND_CYCLIC, fp);
	u->pc = pc;
	u->sp = sp;
	u->fp = fp;
	u->is_call = 1;
	return 1;
}

/*
 * What uk_unwind_next() does for most frames, quickly: at a call of which the
 * table is known to have no rule, in a page that was read. Code of the trap
 * path, with ukarch_trap_return, is before uk_nobreak_end.
 *
 * @return the end of the frames then
 */
static struct uk_unwind_frame *by_records(struct uk_unwind *u,
					  struct uk_unwind_frame *f,
					  const struct uk_unwind_frame *end)
{
	__uptr at = u->pc - 1, sp = u->sp, fp = u->fp;
	const __uptr page = u->page, from = (__uptr)uk_nobreak_end,
		     text = (__uptr)_etext - from;

	for (; f < end && uk_symtab_has_no_rule(at) && fp >= sp &&
	       (fp & (__PAGE_MASK | (RECORD_SIZE - 1))) == page;
	     f++) {
		__uptr pc = ukarch_unsigned(((const __uptr *)fp)[1]);

		if (pc - 1 - from >= text)
			break;
		at = pc - 1;
		sp = fp + RECORD_SIZE;
		fp = *(const __uptr *)fp;
		*f = (struct uk_unwind_frame){ pc, at, 0 };
	}
	u->pc = at + 1;
	u->sp = sp;
	u->fp = fp;
	return f;
}

unsigned int uk_unwind_frames(const struct __regs *regs,
			      struct uk_unwind_frame *frames, unsigned int max,
			      struct uk_unwind *last)
{
	struct uk_unwind_frame *f = frames, *end = frames + max;

	uk_unwind_start(last, regs);
	do {
		*f++ = (struct uk_unwind_frame){ last->pc,
						 uk_unwind_lookup_pc(last),
						 last->is_trap };
		if (last->is_call)
			f = by_records(last, f, end);
	} while (f < end && uk_unwind_next(last));
	return (unsigned int)(f - frames);
}

const char *uk_unwind_end_str(enum uk_unwind_end end)
{
	static const char *const words[] = {
		[UK_UNWIND_RUNNING] = "not ended",
		[UK_UNWIND_OUTERMOST] = "complete",
		[UK_UNWIND_UNREADABLE] = "unreadable stack",
		[UK_UNWIND_UNALIGNED] = "unaligned frame pointer",
		[UK_UNWIND_CYCLIC] = "frame pointer does not ascend",
		[UK_UNWIND_NO_FRAME] = "frame pointer is 0",
		[UK_UNWIND_NOT_CODE] = "return address outside of the code",
		[UK_UNWIND_NOT_CALL] = "return address that follows no call",
		[UK_UNWIND_TABLE] = "damaged unwind table",
		[UK_UNWIND_OFF] = "no unwinder",
	};

	return words[end];
}
