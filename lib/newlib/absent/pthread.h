/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * newlib declares threads and has none. Used only without LIBUKPTHREAD.
 */
#error "no threads in this configuration: select LIBUKPTHREAD"
