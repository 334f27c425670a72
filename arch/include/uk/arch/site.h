/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * A site: a place in the code that is a nop, or a jump to a place of the same
 * function; a program changes it while it runs. In <arch/site.h>:
 *
 *   UKARCH_SITE		assembly: the nop, with the local label 1
 *   UKARCH_SITE_LEN		its bytes
 *   UKARCH_SITE_WORD		a site is inside of one aligned word of so many
 *				bytes: one store changes it
 *   ukarch_site_code(code, site, target)
 *				the bytes of the jump, or of the nop if target
 *				is 0
 *
 * Contexts: any.
 */
#ifndef __UK_ARCH_SITE_H__
#define __UK_ARCH_SITE_H__

#include <uk/essentials.h>
#include <arch/site.h>

#endif /* __UK_ARCH_SITE_H__ */
