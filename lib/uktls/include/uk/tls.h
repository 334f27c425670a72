/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Thread-local variables, `__thread` and `_Thread_local`. main has its own
 * from init class early, priority 0, on; a library that creates threads gives
 *each one an area:
 *
 *	area = uk_memalign(a, uk_tls_align(), uk_tls_size());
 *	ukarch_tls_pointer_set(uk_tls_init(area));
 *
 * All of it is constant from the link on. Contexts: any.
 */
#ifndef __UK_TLS_H__
#define __UK_TLS_H__

#include <uk/arch/tls.h>

/** Bytes of an area; 0 if the image has no thread-local variables. */
__sz uk_tls_size(void);

/** Alignment of an area in bytes; at least 16. */
__sz uk_tls_align(void);

/**
 * Gives an area its initial values.
 *
 * @param area uk_tls_size() bytes, aligned to uk_tls_align()
 * @return the thread pointer; 0 if the image has no such variables
 */
__uptr uk_tls_init(void *area);

#endif /* __UK_TLS_H__ */
