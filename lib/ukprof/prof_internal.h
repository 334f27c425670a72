/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The profile as its writer, the NMI, leaves it to readers. Each CPU has a hash
 * table of its own, which only its NMI writes. An entry belongs to the run that
 * it names, so that a new run empties all tables by one store.
 */
#ifndef __PROF_INTERNAL_H__
#define __PROF_INTERNAL_H__

#include <uk/prof.h>
#include <uk/symtab.h>
#include <uk/thread.h>
#include <uk/unwind.h>

#define PROF_STACKS CONFIG_LIBUKPROF_STACKS
#define PROF_FRAMES CONFIG_LIBUKPROF_FRAMES
#define PROF_CPUS CONFIG_UKPLAT_LCPU_MAXCOUNT

struct prof_stack {
	__u32 run;     /* written last */
	__u32 thread;  /* id; 0: none */
	__u32 depth;   /* 0: idle, or (other) */
	__u32 samples; /* this and the time change while it runs */
	__nsec time;
	__u64 hash; /* of thread and pcs; that of others is another */
	__uptr pcs[PROF_FRAMES]; /* to look up, innermost first */
};

struct prof_cpu {
	struct prof_stack stacks[PROF_STACKS];
	struct prof_stack idle, other;
	__nsec last; /* time of the last sample, of the run below */
	__u32 run;
};

extern struct prof_cpu prof_cpus[PROF_CPUS];

/** Keeps the run from being replaced. @return 0, -EBUSY. Contexts: any. */
int prof_hold(void);
void prof_release(void);

/* An entry with these frames; hash is of what else it is known by. */
struct prof_stack *prof_find(struct prof_cpu *c, __u32 of, __u32 thread,
			     __u64 hash, const struct uk_unwind_frame *frames,
			     unsigned int n);

/* Adds a sample of so much time. */
void prof_add(struct prof_stack *s, __nsec time);

/* Whether an entry is of the present run, and has time. */
int prof_is_used(const struct prof_stack *s);

#ifdef CONFIG_LIBUKPROF_WAITS
/** Looks at one thread, in a sample that comes `since` ns after the last; here:
 * what was interrupted. Contexts: the NMI of CPU 0.
 */
void prof_waits_sample(__u32 of, __nsec since, const struct __regs *here);
#else
static inline void prof_waits_sample(__u32 of __unused, __nsec since __unused,
				     const struct __regs *here __unused)
{
}
#endif

/* Where a walk of the entries is; all 0 before the first. */
struct prof_iter {
	unsigned int cpu, next;
	const struct prof_stack *stack;
	struct prof_stack made; /* for stack, where none is kept */
};

/** Goes to the next entry with samples. @return 0 after the last. Contexts:
 * any, between prof_hold() and prof_release().
 */
int prof_next(struct prof_iter *it);

int prof_is_idle(const struct prof_stack *s);

/* What is profiled: stacks with two values, `samples` and `time`. */
struct prof_kind {
	const char *types[4]; /* name and unit of each */
	int is_cpu;
	int (*next)(struct prof_iter *it); /* as prof_next() */
	/* more about an entry; NULL: nothing */
	void (*text)(const struct prof_stack *s, char text[UK_WAIT_TEXT_MAX]);
};

/** Writes it as profile.proto. Contexts: as uk_prof_write(). */
void prof_write(const struct prof_kind *kind, uk_prof_out_t out, void *arg);

/** Writes what is profiled as collapsed stacks. Contexts: as prof_next(). */
void prof_folded(const struct prof_kind *kind, uk_prof_out_t out, void *arg);

extern const struct prof_kind prof_cpu_time, prof_waits;

/* The function at an address, or the address; (other) for 0. */
void prof_name(__uptr pc, char name[UK_SYMBOL_NAME_MAX]);

/* From the start of the run to its end, or now. */
__nsec prof_time(void);

/** The name of a thread that is left, or "exited", or "". Contexts: any. */
const char *prof_thread_name(unsigned int id);

#endif /* __PROF_INTERNAL_H__ */
