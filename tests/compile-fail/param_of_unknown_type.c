/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/* expected: uk_param_double */
#include <uk/param.h>

static __u64 ratio;

#ifdef CONTROL
UK_PARAM(web, ratio, &ratio, u64, "how much of it");
#else
UK_PARAM(web, ratio, &ratio, double, "how much of it");
#endif
