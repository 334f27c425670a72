/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
#ifndef __MPTABLE_H__
#define __MPTABLE_H__

#include <stdint.h>

/* At most so many fit. */
#define MPTABLE_CPUS 40

/** Writes the table of CPUs 0 to n_cpus - 1 to memory that begins at 0. */
void mptable_write(uint8_t *ram, unsigned int n_cpus);

#endif /* __MPTABLE_H__ */
