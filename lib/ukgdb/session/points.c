/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Breakpoints and watchpoints: Z and z, the table of those that the target
 * has, and what a hit means. GDB manual, appendix E.2 and F.
 *
 * A point comes with conditions (it counts if one of them is true, or there
 * is none) and commands (if it has some they run, and the program goes on).
 * Both are agent expressions and stand in one pool, without holes, each
 * after its length. Inserting a point that is there replaces them only: a
 * debugger does so whenever it resumes.
 */
#include "ax.h"
#include "gdb_packet.h"
#include "trace.h"

static int before(const struct gdb_point *p, __u64 addr, __u8 type)
{
	return p->addr != addr ? p->addr < addr : p->type < type;
}

/* The first point that is not before (addr, type). */
static unsigned int place(const struct gdb_session *s, __u64 addr, __u8 type)
{
	unsigned int low = 0, high = s->n_points;

	while (low < high) {
		unsigned int mid = (low + high) / 2;

		if (before(&s->points[mid], addr, type))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* A point has this kind only: types distinguish lengths of one address. */
static struct gdb_point *find(struct gdb_session *s, __u64 addr, __u8 type,
			      __u64 kind)
{
	unsigned int i = place(s, addr, type);

	for (; i < s->n_points; i++) {
		struct gdb_point *p = &s->points[i];

		if (p->addr != addr || p->type != type)
			break;
		if (p->kind == kind)
			return p;
	}
	return __NULL;
}

#ifdef CONFIG_LIBUKGDB_TRACE
static enum gdb_traced traced(const struct gdb_point *p)
{
	return (enum gdb_traced)p->traced;
}
#else
static enum gdb_traced traced(const struct gdb_point *p __unused)
{
	return GDB_TRACED_NOT;
}

static void gdb_trace_hit(struct gdb_session *s __unused, long tid __unused,
			  __u64 addr __unused)
{
}
#endif

#ifdef CONFIG_LIBUKGDB_CONDITIONS
static void ax_drop(struct gdb_session *s, struct gdb_point *p)
{
	unsigned int i, behind = p->ax_at + p->ax_len;

	memmove(s->ax + p->ax_at, s->ax + behind, s->ax_used - behind);
	s->ax_used -= p->ax_len;
	for (i = 0; i < s->n_points; i++)
		if (s->points[i].ax_at > p->ax_at)
			s->points[i].ax_at -= p->ax_len;
	p->ax_at = s->ax_used;
	p->ax_len = 0;
	p->n_conds = 0;
	p->n_cmds = 0;
}

static int ax_room(const struct gdb_session *s, const struct gdb_point *old,
		   __sz len)
{
	return sizeof(s->ax) - s->ax_used + (old ? old->ax_len : 0) >= len;
}

static void ax_set(struct gdb_session *s, struct gdb_point *p, const __u8 *ax,
		   __sz len)
{
	p->ax_at = s->ax_used;
	p->ax_len = len;
	memcpy(s->ax + s->ax_used, ax, len);
	s->ax_used += len;
}

/* "X<length>,<hex>" once or more, to where *to points. Their number. */
static unsigned int expressions(struct gdb_rx *rx, __u8 **to)
{
	unsigned int n = 0;

	while (!rx->bad && rx_accept(rx, 'X')) {
		__u64 len = rx_hex(rx);
		__u8 *p = *to;

		rx_expect(rx, ',');
		rx->bad |= !len || len > 0xffff || n == 255;
		if (rx->bad || len > rx_left(rx) / 2) {
			rx->bad = 1;
			return 0;
		}
		rx_bytes(rx, p + 2, len);
		p[0] = len & 0xff;
		p[1] = len >> 8;
		*to = p + 2 + len;
		n++;
		if (rx_left(rx) > 1 && rx->at[1] == 'X')
			rx_accept(rx, ';');
	}
	return n;
}

/*
 * What stands after a Z packet becomes what the pool holds, in place: no
 * expression has a shorter form there. @return its length
 */
static __sz attachments(struct gdb_rx *rx, struct gdb_point *p, __u8 **ax)
{
	__u8 *to = (__u8 *)rx->at;

	*ax = to;
	while (!rx->bad && rx_accept(rx, ';')) {
		if (rx_word(rx, "cmds:")) {
			rx_hex(rx); /* whether to keep them: detach does not */
			rx_expect(rx, ',');
			rx->bad |= p->n_cmds != 0;
			p->n_cmds = expressions(rx, &to);
			rx->bad |= !p->n_cmds;
		} else {
			rx->bad |= p->n_conds || p->n_cmds;
			p->n_conds = expressions(rx, &to);
			rx->bad |= !p->n_conds;
		}
	}
	return to - *ax;
}

/* Runs n expressions; with stop_at_true up to the first that is not 0. */
static int run(struct gdb_session *s, long tid, const __u8 **ax, unsigned int n,
	       int *is_true)
{
	__u64 value = 0;
	int error = 0;

	for (; n; n--) {
		unsigned int len = (*ax)[0] | (*ax)[1] << 8;

		if (!error && !(is_true && *is_true)) {
			error = gdb_ax_eval(s, tid, *ax + 2, len, &value);
			if (is_true)
				*is_true = value != 0;
		}
		*ax += 2 + len;
	}
	return error;
}

static enum gdb_check hit(struct gdb_session *s, long tid,
			  const struct gdb_point *p)
{
	const __u8 *ax = s->ax + p->ax_at;
	int is_true = !p->n_conds;
	int error = run(s, tid, &ax, p->n_conds, &is_true);

	if (!error && is_true)
		error = run(s, tid, &ax, p->n_cmds, __NULL);
	if (error) {
		s->stats.ax_errors++;
		s->ax_error_at = p->addr;
		return GDB_CHECK_STOP;
	}
	return is_true && !p->n_cmds ? GDB_CHECK_STOP : GDB_CHECK_PASS;
}

int gdb_points_pass(struct gdb_session *s, long tid, __u64 addr)
{
	unsigned int i = place(s, addr, GDB_POINT_SW), found = 0;

	for (; i < s->n_points && s->points[i].addr == addr &&
	       s->points[i].type <= GDB_POINT_HW;
	     i++, found++) {
		const struct gdb_point *p = &s->points[i];
		const __u8 *ax = s->ax + p->ax_at;
		int is_true = 0;

		if (traced(p) || !p->n_conds ||
		    run(s, tid, &ax, p->n_conds, &is_true) || is_true)
			return 0;
	}
	s->stats.checks += found != 0;
	s->stats.passes += found != 0;
	return found != 0;
}

void gdb_ax_report(struct gdb_session *s)
{
	char text[160];
	int n;

	if (!s->ax_error)
		return;
	n = gdb_ax_describe(s, text, sizeof(text));
	s->ax_error = __NULL;
	gdb_say(s, text, n);
}
#else
static void ax_drop(struct gdb_session *s __unused,
		    struct gdb_point *p __unused)
{
}

static int ax_room(const struct gdb_session *s __unused,
		   const struct gdb_point *old __unused, __sz len)
{
	return !len;
}

static void ax_set(struct gdb_session *s __unused, struct gdb_point *p __unused,
		   const __u8 *ax __unused, __sz len __unused)
{
}

static __sz attachments(struct gdb_rx *rx __unused,
			struct gdb_point *p __unused, __u8 **ax)
{
	*ax = __NULL;
	return 0;
}

static enum gdb_check hit(struct gdb_session *s __unused, long tid __unused,
			  const struct gdb_point *p __unused)
{
	return GDB_CHECK_STOP;
}

int gdb_points_pass(struct gdb_session *s __unused, long tid __unused,
		    __u64 addr __unused)
{
	return 0;
}
#endif

#ifdef CONFIG_LIBUKGDB_TRACE
/* The experiment may have ended by a hit. */
static void after_hits(struct gdb_session *s)
{
	if (s->trace.inserted && !s->trace.running)
		gdb_trace_sync(s);
}
#else
static void after_hits(struct gdb_session *s __unused)
{
}
#endif

enum gdb_check gdb_points_check(struct gdb_session *s, long tid, __u64 addr)
{
	unsigned int i = place(s, addr, GDB_POINT_SW);
	enum gdb_check result = GDB_CHECK_NONE;

	for (; i < s->n_points && s->points[i].addr == addr; i++) {
		enum gdb_check one;

		if (s->points[i].type > GDB_POINT_HW)
			break;
		if (traced(&s->points[i]))
			gdb_trace_hit(s, tid, addr);
		one = traced(&s->points[i]) == GDB_TRACED_ONLY
			      ? GDB_CHECK_PASS
			      : hit(s, tid, &s->points[i]);
		result = MAX(result, one);
	}
	s->stats.checks += result != GDB_CHECK_NONE;
	s->stats.passes += result == GDB_CHECK_PASS;
	after_hits(s);
	return result;
}

/* "TYPE,ADDR,KIND" */
static int parse(struct gdb_rx *rx, struct gdb_point *p)
{
	__u64 type = rx_hex(rx);

	memset(p, 0, sizeof(*p));
	rx_expect(rx, ',');
	p->addr = rx_hex(rx);
	rx_expect(rx, ',');
	p->kind = rx_hex(rx);
	if (rx->bad)
		return -EINVAL;
	if (type > GDB_POINT_ACCESS)
		return -ENOTSUP;
	p->type = type;
	return 0;
}

#ifdef CONFIG_LIBUKGDB_CONDITIONS
/* The one condition of the breakpoints at an address, or that there is none or
 * more than that.
 */
static void publish_condition(struct gdb_session *s, __u64 addr)
{
	unsigned int i = place(s, addr, GDB_POINT_SW);
	const struct gdb_point *p = &s->points[i], *next = p + 1;
	const __u8 *ax = s->ax + p->ax_at;

	if (!s->t->ops->point_condition || i == s->n_points ||
	    p->addr != addr || p->type != GDB_POINT_SW)
		return;
	if (p->n_conds == 1 && !traced(p) &&
	    (i + 1 == s->n_points || next->addr != addr ||
	     next->type > GDB_POINT_HW))
		s->t->ops->point_condition(s->t, addr, ax + 2,
					   ax[0] | ax[1] << 8);
	else
		s->t->ops->point_condition(s->t, addr, __NULL, 0);
}
#else
static void publish_condition(struct gdb_session *s __unused,
			      __u64 addr __unused)
{
}
#endif

/* A point that the target has not. */
static int add(struct gdb_session *s, const struct gdb_point *new,
	       struct gdb_point **at)
{
	unsigned int i = place(s, new->addr, new->type);
	struct gdb_point *p = *at = &s->points[i];
	int error;

	if (s->n_points == ARRAY_SIZE(s->points))
		return -ENOSPC;
	error = s->t->ops->point_insert(s->t, new->type, new->addr, new->kind);
	if (error)
		return error;
	memmove(p + 1, p, (s->n_points - i) * sizeof(*p));
	s->n_points++;
	*p = *new;
	p->ax_at = s->ax_used;
	return 0;
}

static int insert(struct gdb_session *s, struct gdb_rx *rx)
{
	struct gdb_point new, *p;
	__u8 *ax;
	__sz len;
	int error = parse(rx, &new);

	if (error || !s->t->ops->point_insert)
		return error ? error : -ENOTSUP;
	len = attachments(rx, &new, &ax);
	if (!rx_done(rx))
		return -EINVAL;
	p = find(s, new.addr, new.type, new.kind);
	if (!ax_room(s, p, len))
		return -ENOSPC;
	error = p ? 0 : add(s, &new, &p);
	if (error)
		return error;
	if (traced(p))
		p->traced = GDB_TRACED_TOO;
	ax_drop(s, p);
	ax_set(s, p, ax, len);
	p->n_conds = new.n_conds;
	p->n_cmds = new.n_cmds;
	publish_condition(s, new.addr);
	return GDB_OK;
}

GDB_COMMAND("Z*", Z, insert);

static int take_out(struct gdb_session *s, struct gdb_point *p)
{
	__u64 addr = p->addr;
	int error;

	if (traced(p)) {
		ax_drop(s, p);
		p->traced = GDB_TRACED_ONLY;
		return 0;
	}
	error = s->t->ops->point_remove(s->t, p->type, addr, p->kind);

	ax_drop(s, p);
	s->n_points--;
	memmove(p, p + 1, (&s->points[s->n_points] - p) * sizeof(*p));
	publish_condition(s, addr);
	return error;
}

/* Removing what is not there is no mistake: debuggers repeat themselves. */
static int remove(struct gdb_session *s, struct gdb_rx *rx)
{
	struct gdb_point which, *p;
	int error = parse(rx, &which);

	if (error || !s->t->ops->point_insert)
		return error ? error : -ENOTSUP;
	if (!rx_done(rx))
		return -EINVAL;
	p = find(s, which.addr, which.type, which.kind);
	error = p ? take_out(s, p) : 0;
	return error ? error : GDB_OK;
}

GDB_COMMAND("z*", z, remove);

void gdb_points_clear(struct gdb_session *s)
{
	unsigned int i;

	for (i = s->n_points; i; i--)
		take_out(s, &s->points[i - 1]);
	s->ax_error = __NULL;
}

#ifdef CONFIG_LIBUKGDB_TRACE
int gdb_point_trace(struct gdb_session *s, __u64 addr)
{
	const struct gdb_point new = {
		.addr = addr,
		.kind = s->t->break_kind,
		.type = GDB_POINT_SW,
		.traced = GDB_TRACED_ONLY,
	};
	struct gdb_point *p = find(s, addr, new.type, new.kind);
	int error = 0;

	if (!p)
		error = add(s, &new, &p);
	else if (!p->traced)
		p->traced = GDB_TRACED_TOO;
	s->trace.inserted |= !error;
	publish_condition(s, addr);
	return error;
}

void gdb_points_untrace(struct gdb_session *s,
			int (*wanted)(const struct gdb_session *s, __u64 addr))
{
	unsigned int i;

	s->trace.inserted = 0;
	for (i = s->n_points; i; i--) {
		struct gdb_point *p = &s->points[i - 1];
		enum gdb_traced was = traced(p);

		if (was && wanted(s, p->addr)) {
			s->trace.inserted = 1;
			continue;
		}
		p->traced = GDB_TRACED_NOT;
		if (was == GDB_TRACED_ONLY)
			take_out(s, p);
		else if (was)
			publish_condition(s, p->addr);
	}
}
#endif

#ifdef CONFIG_LIBUKGDB_CONDITIONS
static int have_points(const struct gdb_session *s)
{
	return s->t->ops->point_insert != __NULL;
}

GDB_ANNOUNCE(";ConditionalBreakpoints+;BreakpointCommands+", conditions,
	     have_points);
#endif
