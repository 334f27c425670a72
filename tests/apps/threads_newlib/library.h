/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
#ifndef __LIBRARY_H__
#define __LIBRARY_H__

/* A thread: calls the C library, and counts what is wrong. */
void *library_loop(void *arg);
extern int library_mistakes;

/* Has threads sleep for ever in many ways; prints which came back. */
int sleepers(void);

#endif /* __LIBRARY_H__ */
