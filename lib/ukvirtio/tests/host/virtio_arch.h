/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The barriers of a test, in which the device runs in the same thread.
 */
#ifndef __VIRTIO_ARCH_H__
#define __VIRTIO_ARCH_H__

static inline void virtio_write_barrier(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static inline void virtio_read_barrier(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static inline void virtio_barrier(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

#endif /* __VIRTIO_ARCH_H__ */
