/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Profiles: where the CPUs spend their time.
 *
 *	uk_prof_start(100);
 *	...
 *	uk_prof_stop();
 *
 * and then the command `prof top`, or uk_prof_write(). A sample is the call
 * trace of what an NMI or FIQ interrupted. It counts as much as the time since
 * the CPU's last sample, so that a host which delays samples does not change
 * the shares. A profile is kept until the next one starts.
 */
#ifndef __UK_PROF_H__
#define __UK_PROF_H__

#include <errno.h>
#include <uk/arch/types.h>

#define UK_PROF_HZ_MAX 10000U

/**
 * Starts a new profile; the last one is lost.
 *
 * @param hz samples a second of each CPU, 1 to UK_PROF_HZ_MAX
 * @return 0; -EINVAL if hz is out of its range; -EBUSY while the profile is
 *   read or another one starts; -ENOTSUP as uk_nmi_start(). Contexts: init
 *   after class plat, thread.
 */
int uk_prof_start(unsigned int hz);

/** Stops it. Contexts: as above. */
void uk_prof_stop(void);

/** Takes bytes, in pieces as they come. */
typedef void (*uk_prof_out_t)(void *arg, const void *data, __sz len);

/**
 * Writes the profile as profile.proto (github.com/google/pprof), not
 * compressed: samples with their time in ns, labels thread and cpu, addresses,
 * and the image as the one mapping, with its build-id. A profile that runs goes
 * on. Idle time and what did not fit are samples of no address, with the label
 * kind: "idle", "other".
 *
 * @return 0; -EBUSY while it is read or started by someone else. Contexts: any
 *   as far as out() may be called there.
 */
int uk_prof_write(uk_prof_out_t out, void *arg);

#endif /* __UK_PROF_H__ */
