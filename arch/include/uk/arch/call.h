/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Calls, seen from behind: what a stack scan and a crash screen know a return
 * address by.
 */
#ifndef __UK_ARCH_CALL_H__
#define __UK_ARCH_CALL_H__

#include <uk/essentials.h>

/**
 * The length of the call instruction that ends at an address.
 *
 * @param end the byte after it
 * @param avail readable bytes before end
 * @return its bytes; 0 if no call ends there. On x86_64, where instructions
 *   have no fixed length, bytes of another one may look like a call.
 *   Contexts: any.
 */
unsigned int ukarch_call_len(const __u8 *end, __sz avail);

#endif /* __UK_ARCH_CALL_H__ */
