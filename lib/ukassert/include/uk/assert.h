/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Assertions. What fails ends in uk_crash() with the expression, the place
 * and the caller's registers. With LIBUKASSERT_ENABLE off, UK_ASSERT and
 * UK_WARNIF leave no code; UK_BUGON and UK_CRASH always stay.
 */
#ifndef __UK_ASSERT_H__
#define __UK_ASSERT_H__

#include <uk/crash.h>

#ifdef CONFIG_LIBUKASSERT_ENABLE
/** Crashes unless x holds. Contexts: any. */
#define UK_ASSERT(x)                                                    \
	do {                                                            \
		if (unlikely(!(x)))                                     \
			uk_crash_here("assertion failed", #x, __FILE__, \
				      __LINE__);                        \
	} while (0)

/** Logs a warning with place and expression if x holds, and goes on.
 * Contexts: any.
 */
#define UK_WARNIF(x)                                          \
	do {                                                  \
		if (unlikely(x))                              \
			uk_warn_here(#x, __FILE__, __LINE__); \
	} while (0)
#else
#define UK_ASSERT(x) ((void)sizeof(x))
#define UK_WARNIF(x) ((void)sizeof(x))
#endif

/** Crashes if x holds, whatever the configuration. Contexts: any. */
#define UK_BUGON(x)                                                   \
	do {                                                          \
		if (unlikely(x))                                      \
			uk_crash_here("bug", #x, __FILE__, __LINE__); \
	} while (0)

#endif /* __UK_ASSERT_H__ */
