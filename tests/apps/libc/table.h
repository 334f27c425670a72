/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * A table of what functions of the C library give, one line each. The same
 * sources run in a guest and on the host, or under qemu-user, and
 * tests/test_libc.py compares the lines. Contexts: thread.
 */
#ifndef TABLE_H
#define TABLE_H

/** printf, scanf, time, sorting, setjmp: "name ... = result". */
void table_text(void);

/** strtol() and strtod() with their like, in the same form. */
void table_numbers(void);

/** Functions of <math.h>: "ulp name arguments = bits", of bits "f", "d", "l".
 */
void table_math(void);

/** Handlers and masks of signals: "signal what = result, calls". */
void table_signals(void);

/** Sleeping and waiting for times that are none; what exit() calls. */
void table_clocks(void);

#endif
