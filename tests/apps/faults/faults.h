/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Places to fault at, in assembly, and what the argument chose.
 */
#ifndef __APP_FAULTS_H__
#define __APP_FAULTS_H__

/* Functions whose first instruction does not exist; one that has taken its
 * frame down; one in the middle of building it; one that moved the stack
 * pointer to nowhere.
 */
void first_instruction(void);
void half_a_frame(void);
void frame_taken_down(void);
void no_stack(void);

/* The argument; NULL for none. */
extern const char *faults_kind;

#endif /* __APP_FAULTS_H__ */
