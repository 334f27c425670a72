/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The system calls of a monitor that runs: a guest that has taken it over gets
 * no others (seccomp(2)).
 */
#ifndef __FILTER_H__
#define __FILTER_H__

/**
 * Limits all threads to what running a guest needs; set-up is over. Another
 * call ends the process with STATUS_FAILED and a message with its number.
 *
 * @param folder of hypercalls, in which files may be opened; -1: there are none
 * @return 0, -errno: this kernel has no seccomp
 */
int filter_start(int folder);

#endif /* __FILTER_H__ */
