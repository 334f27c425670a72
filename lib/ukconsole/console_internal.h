/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What console.c and roles.c tell each other.
 */
#ifndef __UKCONSOLE_INTERNAL_H__
#define __UKCONSOLE_INTERNAL_H__

/** Looks for the consoles known at link time, unless that was done. */
void console_find(void);

/** 1 once they were looked for. */
int console_found(void);

#endif /* __UKCONSOLE_INTERNAL_H__ */
