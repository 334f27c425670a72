/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Walks up a call chain, frame by frame:
 *
 *	struct uk_unwind u;
 *
 *	for (uk_unwind_start(&u, regs); !u.end; uk_unwind_next(&u))
 *		show(uk_unwind_lookup_pc(&u));
 *	show(uk_unwind_end_str(u.end));
 *
 * It starts at a register frame, of a trap or captured at the present place
 * (ukarch_regs_capture()). Everything is built with frame pointers (System V
 * psABI 3.2.2, AAPCS64 6.4.6); where an interrupted function has not set up
 * its frame yet, has taken it down or never has one, the image's own unwind
 * table says how to go on (LIBUKSYMTAB_UNWIND). A trap frame in the chain is
 * passed through: the walk goes on in what the trap interrupted.
 *
 * Nothing found on a stack is trusted: each read goes through uknofault, and
 * a chain that is unreadable, unaligned, does not ascend or leads out of the
 * code ends the walk with the reason.
 *
 * Contexts: any; no lock, no allocation, about 400 bytes of stack.
 */
#ifndef __UK_UNWIND_H__
#define __UK_UNWIND_H__

#include <uk/arch/regs.h>

/* Why a walk ended. */
enum uk_unwind_end {
	UK_UNWIND_RUNNING = 0,
	UK_UNWIND_OUTERMOST,  /* complete: the first frame of all was shown */
	UK_UNWIND_UNREADABLE, /* the frame's memory cannot be read */
	UK_UNWIND_UNALIGNED,  /* the frame pointer is not aligned */
	UK_UNWIND_CYCLIC,     /* the frame pointer does not ascend */
	UK_UNWIND_NO_FRAME,   /* it is 0, but the frame has a caller */
	UK_UNWIND_NOT_CODE, /* the return address is not in the image's text */
	UK_UNWIND_NOT_CALL, /* it is, but no call stands in front of it */
	UK_UNWIND_TABLE,    /* the unwind table is damaged */
	UK_UNWIND_OFF,	    /* LIBUKUNWIND is not selected */
};

struct uk_unwind {
	__uptr pc;   /* of this frame */
	__uptr sp;   /* stack pointer in it, or a lower bound of it */
	__uptr fp;   /* frame pointer in it */
	int is_call; /* pc is a return address */
	int is_trap; /* a trap interrupted this frame at pc */
	enum uk_unwind_end end;
	__uptr bad;  /* the value that ended the walk */
	__uptr lr;   /* link register; valid unless is_call */
	__uptr page; /* of the stack, that can be read */
};

/* A frame of a call chain that was recorded. */
struct uk_unwind_frame {
	__uptr pc;
	__uptr lookup; /* the address to look up: inside the call */
	int is_trap;   /* a trap interrupted this frame at pc */
};

#ifdef CONFIG_LIBUKUNWIND
/**
 * Begins a walk at a register frame; u->pc is its program counter. Set
 * u->is_call if the registers were captured after a call that does not return:
 * the program counter may then be after the end of the function.
 */
void uk_unwind_start(struct uk_unwind *u, const struct __regs *regs);

/**
 * Goes to the caller.
 *
 * @return 1 if u is the caller's frame now, 0 if the walk has ended: u->end
 *   says why, and for all reasons but UK_UNWIND_OUTERMOST u->bad holds the
 *   value that was at fault.
 */
int uk_unwind_next(struct uk_unwind *u);

/** The address to look up: inside the call for a return address. */
static inline __uptr uk_unwind_lookup_pc(const struct uk_unwind *u)
{
	return u->pc - (u->is_call ? 1 : 0);
}

/**
 * Records the frames of a call chain, to be shown later, when it may have
 * changed. Without LIBUKUNWIND it is the first one.
 *
 * @param max at least 1
 * @param last the walk in the state in which it was left: last->end is
 *   UK_UNWIND_RUNNING if more frames follow
 * @return how many frames there are, 1 to max
 */
unsigned int uk_unwind_frames(const struct __regs *regs,
			      struct uk_unwind_frame *frames, unsigned int max,
			      struct uk_unwind *last);

/**
 * Collects return addresses by frame records alone, the caller's first: a
 * hundredth of the cost of uk_unwind_next(), for code that does so often.
 * Callers of functions without a frame (assembly) are missing. It ends at the
 * outermost frame, a trap, or the first record that cannot be one.
 *
 * @param record a frame record: __builtin_frame_address(0) in the caller
 * @param[out] pcs up to max of them
 * @return how many
 */
unsigned int uk_unwind_callers(const void *record, __uptr *pcs,
			       unsigned int max);

/** The reason in words, such as "unaligned frame pointer"; never NULL. */
const char *uk_unwind_end_str(enum uk_unwind_end end);
#else
static inline unsigned int uk_unwind_frames(const struct __regs *regs,
					    struct uk_unwind_frame *frames,
					    unsigned int max __unused,
					    struct uk_unwind *last)
{
	*last = (struct uk_unwind){ .pc = ukarch_regs_pc(regs),
				    .end = UK_UNWIND_OFF };
	frames[0] = (struct uk_unwind_frame){ last->pc, last->pc, 0 };
	return 1;
}

static inline unsigned int uk_unwind_callers(const void *record __unused,
					     __uptr *pcs __unused,
					     unsigned int max __unused)
{
	return 0;
}

static inline const char *uk_unwind_end_str(enum uk_unwind_end end __unused)
{
	return "LIBUKUNWIND is not selected";
}
#endif

#endif /* __UK_UNWIND_H__ */
