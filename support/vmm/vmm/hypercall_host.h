/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/* The host's side of hypercall.h. */
#ifndef __HYPERCALL_HOST_H__
#define __HYPERCALL_HOST_H__

#include <pthread.h>
#include <vmm.h>
#include "hypercall.h"

struct hypercalls {
	const struct vmm_machine *m;
	pthread_mutex_t lock;
	int folder; /* -1: there are no hypercalls */
	int writable;
	uint32_t high;
	int files[HYPERCALL_HANDLES]; /* -1: free */
};

/**
 * Opens the folder.
 *
 * @param where its path; with ",rw" at the end files may be made and written
 * @return 0, -errno
 */
int hypercall_open(struct hypercalls *h, const char *where);

/** The registers: a vmm_access_fn. */
int hypercall_access(void *ctx, struct vmm_access *a);

#endif /* __HYPERCALL_HOST_H__ */
