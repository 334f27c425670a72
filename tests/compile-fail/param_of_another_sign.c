/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/* expected: variable of web.workers is not a uint */
#include <uk/param.h>

#ifdef CONTROL
static unsigned int workers;
#else
static int workers;
#endif
UK_PARAM(web, workers, &workers, uint, "number of workers");
