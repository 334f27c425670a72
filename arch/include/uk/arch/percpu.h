/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * How each architecture finds the calling CPU's struct uk_percpu. In
 * <arch/percpu.h>, which <uk/percpu.h> includes:
 *
 *   struct ukarch_percpu		its own part, the first member
 *   UKARCH_PERCPU_SIZE			the part's size, for assembly
 *   ukarch_percpu_set(cpu)		the calling CPU is that one from now on
 *
 * and with several CPUs (CONFIG_HAVE_SMP):
 *
 *   struct uk_percpu *ukarch_percpu(void)
 *   ukarch_percpu_read(field)		the value of one field, read so that
 *					the CPU cannot change half-way
 *   ukarch_percpu_resume(regs)		a thread that was interrupted there goes
 *					on on this CPU, perhaps another one: a
 *					ukarch_percpu_read() that it was in the
 *					middle of begins again
 *
 * newlib, which is compiled once for all images, reads one field by the same
 * instructions, with one CPU too (support/newlib/src/getreent_*.h).
 *
 * Contexts: any.
 */
#ifndef __UK_ARCH_PERCPU_H__
#define __UK_ARCH_PERCPU_H__

#include <uk/essentials.h>
#include <arch/percpu.h>

#endif /* __UK_ARCH_PERCPU_H__ */
