/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/* expected: variable of web.workers is not a bool */
#include <uk/param.h>

#ifdef CONTROL
static _Bool workers;
#else
static int workers;
#endif
UK_PARAM(web, workers, &workers, bool, "whether there are workers");
