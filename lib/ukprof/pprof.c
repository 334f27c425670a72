/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Profiles as profile.proto: messages in the encoding of protocol buffers,
 * fields by the numbers of the published description. A location is a frame of
 * a sample; one address has one location, whose id is the address.
 */
#include <string.h>
#include <uk/plat/image.h>
#include <uk/time.h>
#include "prof_internal.h"

#define VARINT_MAX 10
/* A sample: the numbers of its locations, two values, three labels. */
#define MESSAGE_MAX (VARINT_MAX * PROF_FRAMES + 128)

enum { VARINT, BYTES = 2 }; /* wire types */

/* Fields of Profile, then of those in it. */
enum { SAMPLE_TYPE = 1, SAMPLE, MAPPING, LOCATION, STRING = 6, DURATION = 10 };
enum { TYPE_NAME = 1, TYPE_UNIT };
enum { SAMPLE_LOCATION = 1, SAMPLE_VALUE, SAMPLE_LABEL };
enum { LABEL_KEY = 1, LABEL_STRING, LABEL_NUMBER };
enum { MAPPING_ID = 1, MAPPING_START, MAPPING_LIMIT, MAPPING_BUILD_ID = 6 };
enum { LOCATION_ID = 1, LOCATION_MAPPING, LOCATION_ADDRESS };

/* The string table begins with these; thread names follow. */
enum {
	S_EMPTY,
	S_TYPES, /* name and unit of both values */
	S_CPU = S_TYPES + 4,
	S_THREAD,
	S_KIND,
	S_IDLE,
	S_OTHER,
	S_WAIT,
	S_BUILD_ID
};

struct message {
	unsigned int len;
	__u8 bytes[MESSAGE_MAX];
};

struct writer {
	const struct prof_kind *kind;
	uk_prof_out_t out;
	void *arg;
	struct message m;
	__u64 strings;
};

static unsigned int varint(__u8 *to, __u64 value)
{
	unsigned int n = 0;

	for (; value > 127; value >>= 7)
		to[n++] = (__u8)value | 128;
	to[n++] = (__u8)value;
	return n;
}

static void put(struct message *m, __u64 value)
{
	m->len += varint(m->bytes + m->len, value);
}

static void put_field(struct message *m, unsigned int field, __u64 value)
{
	put(m, field << 3 | VARINT);
	put(m, value);
}

/* A field of the profile itself. */
static void send(struct writer *w, unsigned int field, const void *data,
		 __sz len)
{
	__u8 head[2 * VARINT_MAX];
	unsigned int n = varint(head, field << 3 | BYTES);

	n += varint(head + n, len);
	w->out(w->arg, head, n);
	w->out(w->arg, data, len);
}

static void send_message(struct writer *w, unsigned int field)
{
	send(w, field, w->m.bytes, w->m.len);
	w->m.len = 0;
}

static void send_number(struct writer *w, unsigned int field, __u64 value)
{
	w->m.len = 0;
	put_field(&w->m, field, value);
	w->out(w->arg, w->m.bytes, w->m.len);
	w->m.len = 0;
}

static void send_string(struct writer *w, const char *s)
{
	send(w, STRING, s, strlen(s));
	w->strings++;
}

static void send_type(struct writer *w, unsigned int field, unsigned int name,
		      unsigned int unit)
{
	put_field(&w->m, TYPE_NAME, name);
	put_field(&w->m, TYPE_UNIT, unit);
	send_message(w, field);
}

static void put_label(struct message *m, unsigned int key, unsigned int what,
		      __u64 value)
{
	__u8 bytes[VARINT_MAX];

	put(m, SAMPLE_LABEL << 3 | BYTES);
	put(m, 3 + varint(bytes, value)); /* a key and fields take one each */
	put_field(m, LABEL_KEY, key);
	put_field(m, what, value);
}

static void send_sample(struct writer *w, const struct prof_iter *it,
			__u64 name)
{
	const struct prof_stack *s = it->stack;
	char text[UK_WAIT_TEXT_MAX];

	if (w->kind->text) {
		w->kind->text(s, text);
		send_string(w, text);
		put_label(&w->m, S_WAIT, LABEL_STRING, w->strings - 1);
	}

	for (unsigned int i = 0; i < s->depth; i++)
		put_field(&w->m, SAMPLE_LOCATION, s->pcs[i]);
	put_field(&w->m, SAMPLE_VALUE, s->samples);
	put_field(&w->m, SAMPLE_VALUE, s->time);
	if (w->kind->is_cpu)
		put_label(&w->m, S_CPU, LABEL_NUMBER, it->cpu);
	if (s->thread)
		put_label(&w->m, S_THREAD, LABEL_STRING, name);
	else if (!s->depth)
		put_label(&w->m, S_KIND, LABEL_STRING,
			  prof_is_idle(s) ? S_IDLE : S_OTHER);
	send_message(w, SAMPLE);
}

static void send_samples(struct writer *w)
{
	struct prof_iter it = { 0 };
	__u32 thread = 0;
	__u64 name = 0;

	while (w->kind->next(&it)) {
		if (it.stack->thread && it.stack->thread != thread) {
			thread = it.stack->thread;
			send_string(w, prof_thread_name(thread));
			name = w->strings - 1;
		}
		send_sample(w, &it, name);
	}
}

/* Whether no entry before this one, and no frame before it, has the address. */
static int is_first(const struct prof_kind *kind, const struct prof_iter *at,
		    unsigned int frame)
{
	struct prof_iter it = { 0 };
	__uptr pc = at->stack->pcs[frame];
	int last = 0;

	while (!last && kind->next(&it)) {
		last = it.cpu == at->cpu && it.next == at->next;
		for (unsigned int i = 0; i < (last ? frame : it.stack->depth);
		     i++)
			if (it.stack->pcs[i] == pc)
				return 0;
	}
	return 1;
}

static void send_locations(struct writer *w)
{
	struct prof_iter it = { 0 };

	while (w->kind->next(&it))
		for (unsigned int i = 0; i < it.stack->depth; i++) {
			if (!is_first(w->kind, &it, i))
				continue;
			put_field(&w->m, LOCATION_ID, it.stack->pcs[i]);
			put_field(&w->m, LOCATION_MAPPING, 1);
			put_field(&w->m, LOCATION_ADDRESS, it.stack->pcs[i]);
			send_message(w, LOCATION);
		}
}

static void send_head(struct writer *w)
{
	static const char *const labels[] = { "cpu",  "thread", "kind",
					      "idle", "other",	"wait" };
	char id[UK_BUILD_ID_MAX];

	send_string(w, "");
	for (unsigned int i = 0; i < ARRAY_SIZE(w->kind->types); i++)
		send_string(w, w->kind->types[i]);
	for (unsigned int i = 0; i < ARRAY_SIZE(labels); i++)
		send_string(w, labels[i]);
	uk_image_build_id(id);
	send_string(w, id);
	send_type(w, SAMPLE_TYPE, S_TYPES, S_TYPES + 1);
	send_type(w, SAMPLE_TYPE, S_TYPES + 2, S_TYPES + 3);
	if (w->kind->is_cpu)
		send_number(w, DURATION, prof_time());
	put_field(&w->m, MAPPING_ID, 1);
	put_field(&w->m, MAPPING_START, (__uptr)_text);
	put_field(&w->m, MAPPING_LIMIT, (__uptr)_etext);
	put_field(&w->m, MAPPING_BUILD_ID, S_BUILD_ID);
	send_message(w, MAPPING);
}

void prof_write(const struct prof_kind *kind, uk_prof_out_t out, void *arg)
{
	struct writer w = { .kind = kind, .out = out, .arg = arg };

	send_head(&w);
	send_samples(&w);
	send_locations(&w);
}

const struct prof_kind prof_cpu_time = {
	.types = { "samples", "count", "cpu", "nanoseconds" },
	.is_cpu = 1,
	.next = prof_next,
};

int uk_prof_write(uk_prof_out_t out, void *arg)
{
	if (prof_hold())
		return -EBUSY;
	prof_write(&prof_cpu_time, out, arg);
	prof_release();
	return 0;
}
