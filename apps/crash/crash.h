/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The kinds of crash that the argument chooses.
 */
#ifndef __APP_CRASH_H__
#define __APP_CRASH_H__

struct kind {
	const char *name;
	void (*run)(void);
	const char *what;
};

extern const struct kind kinds[]; /* ends with name == NULL */

/* Those of one architecture: arch/<arch>/kinds_arch.c. */
extern const struct kind arch_kinds[];

/* Executes an instruction that the architecture leaves undefined. */
void undefined_instruction(void);

/* Divides by zero; where the CPU does not mind, the compiler's check does. */
void divide(void);

/* What the allocator notices: heap.c. */
void double_free(void);
void heap_overrun(void);
void wild_free(void);
void write_after_free(void);
void heap_damaged(void);

/* In a timer's handler, and with interrupts off: interrupt.c. */
void in_interrupt(void);
void irqs_off(void);

/* In a second thread, while others wait and sleep: thread.c. */
void in_thread(void);
void thread_overflow(void);
void foreign_guard(void);
void large_frame(void);

/* 1 if the argument chose that kind. */
int chosen(const char *name);

#endif /* __APP_CRASH_H__ */
