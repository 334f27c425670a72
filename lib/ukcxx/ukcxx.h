/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/* What the parts of ukcxx share. */
#ifndef __UKCXX_H__
#define __UKCXX_H__

/**
 * Crashes.
 *
 * @param what class of the reason, such as the name of an exception
 * @param detail what it is about, in words
 * Contexts: any.
 */
[[noreturn]] void ukcxx_crash(const char *what, const char *detail);

#endif /* __UKCXX_H__ */
