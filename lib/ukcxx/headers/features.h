/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/* libstdc++ asks here which glibc it stands on: none. */
#ifndef __UKCXX_FEATURES_H__
#define __UKCXX_FEATURES_H__

#define __GLIBC_PREREQ(major, minor) 0

#endif /* __UKCXX_FEATURES_H__ */
