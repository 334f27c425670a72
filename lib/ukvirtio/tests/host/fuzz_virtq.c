/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * A hostile device: the input is a script of what the driver and the device
 * do in turn, and the device may write anything anywhere in the shared memory
 * at any time. After each step the driver's notes must be whole: every
 * descriptor either free or in one chain that is lent, what comes back was
 * lent, and never longer than its room.
 *
 * HOST-SRCS: lib/ukvirtio/virtq.c
 * HOST-FLAGS: -Ilib/ukvirtio/tests/host
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <uk/virtq.h>

#define NUM 8

static struct uk_virtq vq;
static struct uk_virtq_note notes[NUM];
static unsigned int room[NUM]; /* what the script lent, by head */

static const uint8_t *next, *end;

static unsigned int byte(void)
{
	return next < end ? *next++ : 0;
}

static void check(int holds)
{
	if (!holds)
		abort();
}

static void check_notes(void)
{
	unsigned int seen = 0, lent = 0, at = vq.free;

	for (unsigned int i = 0; i < vq.free_count; i++) {
		check(at < NUM && !(seen & 1U << at) && !notes[at].count);
		seen |= 1U << at;
		at = notes[at].next;
	}
	for (unsigned int head = 0; head < NUM; head++) {
		at = head;
		lent += notes[head].count != 0;
		for (unsigned int i = 0; i < notes[head].count; i++) {
			check(at < NUM && !(seen & 1U << at));
			seen |= 1U << at;
			at = notes[at].next;
		}
	}
	check(seen == (1U << NUM) - 1);
	check(lent == vq.lent);
}

static void driver_add(void)
{
	struct uk_virtq_buf bufs[3];
	unsigned int count = byte() % 4, sum = 0;
	int head;

	for (unsigned int i = 0; i < count; i++) {
		unsigned int b = byte();

		bufs[i] = (struct uk_virtq_buf){ b, b, b & 1 };
		sum += b & 1 ? b : 0;
	}
	head = uk_virtq_add(&vq, bufs, count);
	check(head < NUM);
	if (head >= 0)
		room[head] = sum;
}

static void driver_get(void)
{
	int lent[NUM];
	__u32 len;
	int head;

	for (unsigned int i = 0; i < NUM; i++)
		lent[i] = notes[i].count != 0;
	head = uk_virtq_get(&vq, &len);
	check(head < NUM);
	if (head >= 0)
		check(lent[head] && len <= room[head]);
	else
		check((head == -EIO) == (vq.error != NULL));
}

/* As the rules have it, as far as the input lets it. */
static void device_give(void)
{
	unsigned int at = vq.used->idx % NUM;

	vq.used->ring[at].id = byte() % NUM;
	vq.used->ring[at].len = byte();
	vq.used->idx++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Of exactly this size, so that a step too far is seen. */
	uint8_t *mem = aligned_alloc(64, ALIGN_UP(UK_VIRTQ_BYTES(NUM), 64UL));

	next = data;
	end = data + size;
	uk_virtq_init(&vq, mem, notes, NUM);
	while (next < end) {
		switch (byte() % 6) {
		case 0:
			driver_add();
			break;
		case 1:
			uk_virtq_publish(&vq);
			break;
		case 2:
			driver_get();
			break;
		case 3:
			uk_virtq_forget(&vq, byte());
			break;
		case 4:
			device_give();
			break;
		case 5:
			mem[(byte() | byte() << 8) % UK_VIRTQ_BYTES(NUM)] =
				(uint8_t)byte();
			break;
		}
		check_notes();
	}
	free(mem);
	return 0;
}
