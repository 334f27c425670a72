/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/* The mock's operations; see mock.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "mock.h"

static struct mock *of(struct gdb_target *t)
{
	return (struct mock *)t;
}

static int reg_read(struct gdb_target *t, long tid, unsigned int nr, void *buf)
{
	struct mock *m = of(t);

	if (nr >= t->n_regs)
		abort();
	if (tid < 1 || tid > MOCK_THREADS)
		return -ESRCH;
	/* Registers that no thread but the first has. */
	if (tid > 1 && t->regs[nr].group == GDB_GROUP_SYSTEM)
		return -ENODATA;
	memcpy(buf, m->regs[tid - 1][nr], t->regs[nr].bits / 8);
	return 0;
}

static int reg_write(struct gdb_target *t, long tid, unsigned int nr,
		     const void *buf)
{
	struct mock *m = of(t);

	if (nr >= t->n_regs)
		abort();
	if (tid < 1 || tid > MOCK_THREADS)
		return -ESRCH;
	if (t->regs[nr].group == GDB_GROUP_SYSTEM)
		return -EROFS;
	memcpy(m->regs[tid - 1][nr], buf, t->regs[nr].bits / 8);
	return 0;
}

static struct mock_region *region_of(struct mock *m, __u64 addr)
{
	unsigned int i;

	for (i = 0; i < m->n_regions; i++)
		if (addr - m->regions[i].start < m->regions[i].size)
			return &m->regions[i];
	return NULL;
}

static __sz mem(struct mock *m, __u64 addr, void *to, const void *from,
		__sz len)
{
	__sz done = 0;

	if (len && addr + len - 1 < addr)
		abort();
	while (done < len) {
		struct mock_region *r = region_of(m, addr + done);
		__sz n;

		if (!r || (from && !(r->prot & GDB_PROT_WRITE)))
			break;
		n = MIN(len - done, r->start + r->size - addr - done);
		if (to)
			memcpy((char *)to + done,
			       r->bytes + (addr + done - r->start), n);
		else
			memcpy(r->bytes + (addr + done - r->start),
			       (const char *)from + done, n);
		done += n;
	}
	return done;
}

static __sz mem_read(struct gdb_target *t, __u64 addr, void *buf, __sz len)
{
	return mem(of(t), addr, buf, NULL, len);
}

static __sz mem_write(struct gdb_target *t, __u64 addr, const void *buf,
		      __sz len)
{
	return mem(of(t), addr, NULL, buf, len);
}

static int point_at(struct mock *m, int type, __u64 addr, __u64 kind)
{
	unsigned int i;

	for (i = 0; i < m->n_points; i++)
		if (m->points[i].type == type && m->points[i].addr == addr &&
		    m->points[i].kind == kind)
			return i;
	return -1;
}

static int point_insert(struct gdb_target *t, enum gdb_point_type type,
			__u64 addr, __u64 kind)
{
	struct mock *m = of(t);

	if (point_at(m, type, addr, kind) >= 0)
		abort(); /* each is inserted once */
	if (type == GDB_POINT_READ)
		return -ENOTSUP;
	if (!region_of(m, addr))
		return -EFAULT;
	if (m->n_points == MOCK_POINTS || (type && !m->hw_left))
		return -ENOSPC;
	m->hw_left -= type != GDB_POINT_SW;
	m->points[m->n_points].type = type;
	m->points[m->n_points].addr = addr;
	m->points[m->n_points++].kind = kind;
	return 0;
}

static int point_remove(struct gdb_target *t, enum gdb_point_type type,
			__u64 addr, __u64 kind)
{
	struct mock *m = of(t);
	int i = point_at(m, type, addr, kind);

	if (i < 0)
		abort(); /* what was inserted only */
	m->points[i] = m->points[--m->n_points];
	m->hw_left += type != GDB_POINT_SW;
	return 0;
}

static int resume(struct gdb_target *t, const struct gdb_resume *r)
{
	struct mock *m = of(t);

	if (!r->n || r->n > ARRAY_SIZE(m->actions))
		abort();
	memcpy(m->actions, r->actions, r->n * sizeof(*r->actions));
	m->n_actions = r->n;
	m->resumes++;
	return 0;
}

static long thread_next(struct gdb_target *t __unused, long tid)
{
	return tid < MOCK_THREADS ? tid + 1 : 0;
}

static int thread_alive(struct gdb_target *t __unused, long tid)
{
	return tid >= 1 && tid <= MOCK_THREADS;
}

static int thread_info(struct gdb_target *t __unused, long tid,
		       struct gdb_thread_info *info)
{
	if (tid < 1 || tid > MOCK_THREADS)
		return -ESRCH;
	strcpy(info->name, tid == 1 ? "main" : "w<\"&}*>");
	strcpy(info->extra, tid == 1 ? "running" : "waiting <-");
	info->handle = tid == 1 ? 0 : 0x1200ab;
	return 0;
}

static int tls_addr(struct gdb_target *t __unused, long tid, __u64 offset,
		    __u64 *addr)
{
	if (tid < 1 || tid > MOCK_THREADS)
		return -ESRCH;
	if (tid == 3)
		return -ENODATA;
	*addr = 0x1000 + 0x100 * (__u64)tid + offset;
	return 0;
}

static int region(struct gdb_target *t, __u64 addr, struct gdb_region *r)
{
	struct mock *m = of(t);
	struct mock_region *is = region_of(m, addr);
	unsigned int i;

	if (is) {
		r->start = is->start;
		r->end = is->start + is->size;
		r->prot = is->prot;
		r->name = is->name;
		return 0;
	}
	for (i = 0; i < m->n_regions; i++) {
		__u64 start = m->regions[i].start;

		if (start + (m->regions[i].size - 1) < addr)
			r->start = MAX(r->start, start + m->regions[i].size);
		else if (!r->end || start < r->end)
			r->end = start;
	}
	return 0;
}

static int auxv(struct gdb_target *t __unused, unsigned int i, __u64 *type,
		__u64 *value)
{
	if (i > 1)
		return -ENOENT;
	*type = i ? 9 : 6; /* AT_ENTRY, AT_PAGESZ */
	*value = i ? 0x2000 : 4096;
	return 0;
}

static int monitor(struct gdb_target *t, const char *line, gdb_text_fn out,
		   void *ctx)
{
	struct mock *m = of(t);

	snprintf(m->line, sizeof(m->line), "%s", line);
	if (!strcmp(line, "fail"))
		return -EINVAL;
	out(ctx, "you said ", 9);
	out(ctx, line, strlen(line));
	out(ctx, "\n", 1);
	return 0;
}

static void detach(struct gdb_target *t)
{
	of(t)->detached++;
}

static void kill(struct gdb_target *t)
{
	of(t)->killed++;
}

static int restart(struct gdb_target *t)
{
	of(t)->restarted++;
	return -ENOTSUP;
}

static __ssz in(void *ctx, char *buf, __sz len, int wait)
{
	struct mock *m = ctx;
	__sz n = MIN(len, m->in_len);

	n = MIN(n, m->in_chunk);
	if (!n)
		return wait ? -EPIPE : 0;
	memcpy(buf, m->in, n);
	m->in += n;
	m->in_len -= n;
	return n;
}

static void out(void *ctx, const char *buf, __sz len)
{
	struct mock *m = ctx;

	len = MIN(len, sizeof(m->out) - 1 - m->out_len);
	memcpy(m->out + m->out_len, buf, len);
	m->out_len += len;
	m->out[m->out_len] = 0;
}

static void plain(void *ctx, const char *buf, __sz len)
{
	struct mock *m = ctx;

	len = MIN(len, sizeof(m->plain) - 1 - m->plain_len);
	memcpy(m->plain + m->plain_len, buf, len);
	m->plain_len += len;
	m->plain[m->plain_len] = 0;
}

static __u64 time_of(struct gdb_target *t)
{
	return of(t)->time++;
}

static const struct gdb_target_ops all = {
	.reg_read = reg_read,
	.reg_write = reg_write,
	.mem_read = mem_read,
	.mem_write = mem_write,
	.point_insert = point_insert,
	.point_remove = point_remove,
	.resume = resume,
	.thread_next = thread_next,
	.thread_alive = thread_alive,
	.thread_info = thread_info,
	.tls_addr = tls_addr,
	.region = region,
	.auxv = auxv,
	.monitor = monitor,
	.detach = detach,
	.kill = kill,
	.restart = restart,
	.time = time_of,
};

void mock_init(struct mock *m, int is_arm64, int shared_line)
{
	struct gdb_io io = { in, out, shared_line ? plain : NULL, m };

	memset(m, 0, sizeof(*m));
	m->ops = all;
	m->target.ops = &m->ops;
	(is_arm64 ? mock_arm64 : mock_x86_64)(&m->target);
	m->target.exec_file = "/mock/image.elf";
	m->target.n_watch = 4;
	m->target.break_kind = is_arm64 ? 4 : 1;
	m->target.trace_mem = m->trace;
	m->target.trace_size = sizeof(m->trace);
	m->time = 1000;
	m->hw_left = 4;
	m->in_chunk = ~0UL;
	gdb_session_init(&m->s, &m->target, &io);
}

__u8 *mock_map(struct mock *m, __u64 start, __u64 size, __u8 prot,
	       const char *name)
{
	__u8 *bytes = calloc(1, size);

	if (m->n_regions == MOCK_REGIONS || !bytes)
		abort();
	m->regions[m->n_regions++] =
		(struct mock_region){ start, size, prot, bytes, name };
	return bytes;
}

__u8 *mock_at(struct mock *m, __u64 addr, __u64 len)
{
	struct mock_region *r = region_of(m, addr);

	if (!r || addr + len > r->start + r->size)
		abort();
	return r->bytes + (addr - r->start);
}

void mock_free(struct mock *m)
{
	while (m->n_regions)
		free(m->regions[--m->n_regions].bytes);
}

void mock_reg_set(struct mock *m, long tid, unsigned int nr, __u64 v)
{
	memcpy(m->regs[tid - 1][nr], &v, 8);
}

__u64 mock_reg(struct mock *m, long tid, unsigned int nr)
{
	__u64 v;

	memcpy(&v, m->regs[tid - 1][nr], 8);
	return v;
}
