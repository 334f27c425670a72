/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What the checks of -fsanitize=undefined found. The checks themselves are
 * chosen in the configuration and need nothing from the source.
 */
#ifndef __UK_UBSAN_H__
#define __UK_UBSAN_H__

/**
 * The number of cases of undefined behaviour reported since boot, those
 * included that are counted but not shown (see README.md).
 * Contexts: any; one atomic read.
 */
unsigned long uk_ubsan_count(void);

#endif /* __UK_UBSAN_H__ */
