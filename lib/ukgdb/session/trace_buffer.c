/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Trace frames, in a ring of bytes. They have the form that tsave writes to a
 * file: a tracepoint's number (2 bytes), the length of the data (4), blocks:
 *
 *	R and the registers of the g packet
 *	M, address (8), length (2), bytes
 *	V, number (4), value (8) of a state variable
 *
 * A frame is there as a whole or not at all: the one that is being written
 * lies after the others and counts when it is done.
 */
#include "trace.h"

#define HEADER 6
#define M_HEADER 11
#define M_MAX 0xffffU

static __u32 ring(const struct gdb_trace *tr, __u32 at)
{
	__u64 i = (__u64)tr->oldest + at;

	return i < tr->size ? i : i - tr->size;
}

static void get(const struct gdb_session *s, __u32 at, void *buf, __sz len)
{
	const struct gdb_trace *tr = &s->trace;
	__u32 from = ring(tr, at);
	__sz n = MIN(len, (__sz)(tr->size - from));

	memcpy(buf, s->t->trace_mem + from, n);
	memcpy((char *)buf + n, s->t->trace_mem, len - n);
}

static void put(struct gdb_session *s, __u32 at, const void *buf, __sz len)
{
	const struct gdb_trace *tr = &s->trace;
	__u32 to = ring(tr, at);
	__sz n = MIN(len, (__sz)(tr->size - to));

	memcpy(s->t->trace_mem + to, buf, n);
	memcpy(s->t->trace_mem, (const char *)buf + n, len - n);
}

static __u64 get_number(const struct gdb_session *s, __u32 at, __sz bytes)
{
	__u64 v = 0;

	get(s, at, &v, bytes);
	return v;
}

void gdb_frames_clear(struct gdb_session *s)
{
	struct gdb_trace *tr = &s->trace;

	tr->oldest = 0;
	tr->used = 0;
	tr->begun = 0;
	tr->frames = 0;
	tr->created = 0;
	tr->frame = -1;
}

static void drop_oldest(struct gdb_session *s)
{
	struct gdb_trace *tr = &s->trace;
	__u32 len = HEADER + (__u32)get_number(s, 2, 4);

	gdb_frame_leave(s); /* it is elsewhere, or gone */
	tr->oldest = ring(tr, len);
	tr->used -= len;
	tr->frames--;
}

/* Room for n more bytes of the frame. */
static int reserve(struct gdb_session *s, __u64 n)
{
	struct gdb_trace *tr = &s->trace;

	if (n > tr->size - tr->begun)
		return -ENOSPC;
	while (tr->size - tr->used - tr->begun < n) {
		if (!tr->circular)
			return -ENOSPC;
		drop_oldest(s);
	}
	return 0;
}

static void append(struct gdb_session *s, const void *buf, __sz len)
{
	put(s, s->trace.used + s->trace.begun, buf, len);
	s->trace.begun += len;
}

int gdb_frame_begin(struct gdb_session *s, __u32 tp)
{
	__u8 header[HEADER] = { tp & 0xff, tp >> 8 & 0xff };
	int error = reserve(s, sizeof(header));

	if (!error)
		append(s, header, sizeof(header));
	return error;
}

__u32 gdb_frame_end(struct gdb_session *s)
{
	struct gdb_trace *tr = &s->trace;
	__u32 len = tr->begun - HEADER, whole = tr->begun;

	put(s, tr->used + 2, &len, 4);
	tr->used += whole;
	tr->begun = 0;
	tr->frames++;
	tr->created++;
	return whole;
}

void gdb_frame_drop(struct gdb_session *s)
{
	s->trace.begun = 0;
}

static __u32 g_bytes(const struct gdb_session *s)
{
	__u32 bytes = 0;
	unsigned int nr;

	for (nr = 0; nr < s->t->n_g; nr++)
		bytes += s->t->regs[nr].bits / 8;
	return bytes;
}

int gdb_frame_add_regs(struct gdb_session *s, long tid)
{
	__u8 value[GDB_REG_BYTES];
	unsigned int nr;
	int error = reserve(s, 1 + g_bytes(s));

	if (error)
		return error;
	append(s, "R", 1);
	for (nr = 0; nr < s->t->n_g; nr++) {
		if (s->t->ops->reg_read(s->t, tid, nr, value))
			memset(value, 0, sizeof(value));
		append(s, value, s->t->regs[nr].bits / 8);
	}
	return 0;
}

/* Reads memory into the ring. @return bytes */
static __u32 append_memory(struct gdb_session *s, __u64 addr, __u32 len)
{
	struct gdb_trace *tr = &s->trace;
	__u32 done = 0;

	while (done < len) {
		__u32 to = ring(tr, tr->used + tr->begun);
		__u32 n = MIN(len - done, tr->size - to);
		__u32 got = s->t->ops->mem_read(s->t, addr + done,
						s->t->trace_mem + to, n);

		done += got;
		tr->begun += got;
		if (got < n)
			break;
	}
	return done;
}

static int refused(struct gdb_session *s, __u64 addr)
{
	s->ax_error = "memory refused";
	s->ax_error_memory = 1;
	s->ax_error_addr = addr;
	return -EFAULT;
}

int gdb_frame_add_memory(struct gdb_session *s, __u64 addr, __u64 len)
{
	__u8 header[M_HEADER] = "M";
	__u32 n, got;
	int error;

	if (len && addr + len - 1 < addr)
		return refused(s, addr);
	for (; len; addr += n, len -= n) {
		n = MIN(len, (__u64)M_MAX);
		error = reserve(s, sizeof(header) + n);
		if (error)
			return error;
		memcpy(header + 1, &addr, 8);
		memcpy(header + 9, &n, 2);
		append(s, header, sizeof(header));
		got = append_memory(s, addr, n);
		if (got < n)
			return refused(s, addr + got);
	}
	return 0;
}

int gdb_frame_add_tsv(struct gdb_session *s, __u32 number, __u64 value)
{
	int error = reserve(s, 13);

	if (error)
		return error;
	append(s, "V", 1);
	append(s, &number, 4);
	append(s, &value, 8);
	return 0;
}

__sz gdb_frames_copy(const struct gdb_session *s, __u64 from, void *buf,
		     __sz len)
{
	const struct gdb_trace *tr = &s->trace;

	if (from >= tr->used)
		return 0;
	len = MIN(len, (__sz)(tr->used - from));
	get(s, from, buf, len);
	return len;
}

/* ---- reading ---- */

int gdb_frame_next(const struct gdb_session *s, struct gdb_frame *f)
{
	__u32 at = f->nr == -1U ? 0 : f->at + f->len;

	if (++f->nr >= s->trace.frames)
		return 0;
	f->tp = get_number(s, at, 2);
	f->len = get_number(s, at + 2, 4);
	f->at = at + HEADER;
	return 1;
}

int gdb_block_next(const struct gdb_session *s, const struct gdb_frame *f,
		   struct gdb_block *b)
{
	__u32 at = b->at ? b->at + b->len : f->at;

	if (at >= f->at + f->len)
		return 0;
	get(s, at, &b->type, 1);
	b->at = at + 1;
	if (b->type == 'R') {
		b->len = g_bytes(s);
	} else if (b->type == 'M') {
		b->id = get_number(s, at + 1, 8);
		b->len = get_number(s, at + 9, 2);
		b->at = at + M_HEADER;
	} else {
		b->id = get_number(s, at + 1, 4);
		b->len = 8;
		b->at = at + 5;
	}
	return 1;
}

/* ---- the frame that is looked at ---- */

/* Finds the registers. */
static int regs_of(const struct gdb_session *s, const struct gdb_frame *f,
		   struct gdb_block *b)
{
	b->at = 0;
	while (gdb_block_next(s, f, b))
		if (b->type == 'R')
			return 1;
	return 0;
}

static int reg_of(const struct gdb_session *s, const struct gdb_frame *f,
		  unsigned int nr, void *buf)
{
	struct gdb_block b;
	unsigned int i;

	if (nr >= s->t->n_g || !regs_of(s, f, &b))
		return -ENODATA;
	for (i = 0; i < nr; i++)
		b.at += s->t->regs[i].bits / 8;
	get(s, b.at, buf, s->t->regs[nr].bits / 8);
	return 0;
}

__u64 gdb_frame_pc(const struct gdb_session *s, const struct gdb_frame *f)
{
	__u64 pc = 0;
	unsigned int i;

	if (!reg_of(s, f, s->t->pc, &pc))
		return pc;
	for (i = 0; i < s->trace.n; i++)
		if (s->tracepoints[i].num == f->tp)
			return s->tracepoints[i].addr;
	return 0;
}

int gdb_frame_reg(const struct gdb_session *s, unsigned int nr, void *buf)
{
	__u64 pc;

	if (nr != s->t->pc)
		return reg_of(s, &s->trace.shown, nr, buf);
	pc = gdb_frame_pc(s, &s->trace.shown);
	memcpy(buf, &pc, sizeof(pc));
	return pc ? 0 : -ENODATA;
}

/* What a frame has from an address on, in one block. */
static __sz part(const struct gdb_session *s, __u64 addr, void *buf, __sz len)
{
	struct gdb_block b = { 0 };

	while (gdb_block_next(s, &s->trace.shown, &b)) {
		__u64 into = addr - b.id;

		if (b.type != 'M' || into >= b.len)
			continue;
		len = MIN(len, (__sz)(b.len - into));
		get(s, b.at + into, buf, len);
		return len;
	}
	return 0;
}

/* Read-only memory is still what it was. */
static __sz constant(const struct gdb_session *s, __u64 addr, void *buf,
		     __sz len)
{
	unsigned int i;

	for (i = 0; i < s->trace.n_ro; i++) {
		__u64 into = addr - s->trace.ro[i].start;
		__u64 size = s->trace.ro[i].end - s->trace.ro[i].start;

		if (into < size)
			return s->t->ops->mem_read(
				s->t, addr, buf, MIN(len, (__sz)(size - into)));
	}
	return 0;
}

__sz gdb_frame_memory(const struct gdb_session *s, __u64 addr, void *buf,
		      __sz len)
{
	__sz done = 0, n;

	do {
		char *to = (char *)buf + done;

		n = part(s, addr + done, to, len - done);
		if (!n)
			n = constant(s, addr + done, to, len - done);
		done += n;
	} while (n && done < len);
	return done;
}

int gdb_frame_tsv(const struct gdb_session *s, __u32 number, __u64 *value)
{
	struct gdb_block b = { 0 };
	int found = -ENODATA;

	while (gdb_block_next(s, &s->trace.shown, &b))
		if (b.type == 'V' && b.id == number) {
			*value = get_number(s, b.at, 8);
			found = 0;
		}
	return found;
}
