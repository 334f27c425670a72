/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
#ifndef __STORE_H__
#define __STORE_H__

/* Ids in another order than the names: 7 has an inverse modulo a prime. */
#define STORE_ID(n) ((n)*7UL % 10007)

#endif /* __STORE_H__ */
