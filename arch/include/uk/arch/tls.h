/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Where thread-local variables are, seen from the thread pointer (Drepper, ELF
 * Handling For Thread-Local Storage, 3). Inline in <arch/tls.h>:
 *
 *   __uptr ukarch_tls_pointer(void)		the thread pointer
 *   void ukarch_tls_pointer_set(__uptr)
 *   __sz ukarch_tls_before(__sz size, __sz align)
 *						bytes of an area below the
 *						thread pointer, for variables
 *						of that size and alignment
 *   __sz ukarch_tls_behind(__sz size, __sz align)
 *						bytes from there on
 *   __uptr ukarch_tls_vars(__uptr tp, __sz size, __sz align)
 *						where the variables begin
 *   void *ukarch_tls_setup(__uptr tp, __sz size, __sz align)
 *						writes what the ABI wants at
 *						the thread pointer; returns
 *						where the variables begin
 *
 * Contexts: any.
 */
#ifndef __UK_ARCH_TLS_H__
#define __UK_ARCH_TLS_H__

#include <uk/essentials.h>
#include <arch/tls.h>

#endif /* __UK_ARCH_TLS_H__ */
