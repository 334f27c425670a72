/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What the files of ukinit share.
 */
#ifndef __INIT_INTERNAL_H__
#define __INIT_INTERNAL_H__

/* main's arguments unless a library sets others: a name that main may change.
 */
extern char *init_no_args[];

#endif /* __INIT_INTERNAL_H__ */
