/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The form of a core file: the layout against a map of pages, the notes by
 * reading them again, packing by unpacking.
 *
 * HOST-SRCS: lib/ukdump/layout.c lib/ukdump/notes.c lib/ukdump/pack.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "../../layout.h"
#include "../../notes.h"
#include "../../pack.h"

static unsigned int draw(unsigned int below)
{
	static uint64_t rng = 0x9e3779b97f4a7c15UL;

	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return (unsigned int)(rng >> 20) % below;
}

/* --- layout ----------------------------------------------------------------*/

#define PAGES 400
#define RUNS 128
#define PAGE 4096UL
#define BASE 0x100000UL
#define NOTES 1234

enum { HOLE, ZERO, DATA, IMAGE };

struct map {
	int kind[PAGES], prot[PAGES];
};

static void fill(struct map *m)
{
	for (int i = 0, kind = 0, prot = 0; i < PAGES; i++) {
		if (!draw(3))
			kind = (int)draw(3);
		if (!draw(40))
			prot = (int)draw(8);
		m->kind[i] = kind;
		m->prot[i] = prot;
	}
	for (int i = 100; i < 110; i++)
		m->kind[i] = IMAGE;
}

/* Two segments of the image: they begin and end anywhere on a page. */
static void add(struct dump_layout *l, const struct map *m)
{
	for (int i = 0; i < PAGES; i++) {
		__u64 at = BASE + (__u64)i * PAGE;

		if (i == 100) {
			dump_layout_add(l, at, at + PAGE, DUMP_IMAGE, 5, 0);
			dump_layout_add(l, at + PAGE, at + 3 * PAGE + 77,
					DUMP_IMAGE, 5, PAGE);
			dump_layout_add(l, at + 4 * PAGE + 77, at + 9 * PAGE,
					DUMP_IMAGE, 4, 3 * PAGE + 77);
		} else if (m->kind[i] == ZERO || m->kind[i] == DATA) {
			dump_layout_add(l, at, at + PAGE,
					m->kind[i] == ZERO ? DUMP_ZERO
							   : DUMP_DATA,
					(unsigned int)m->prot[i], 0);
		}
	}
}

static const struct dump_run *run_at(const struct dump_layout *l, __u64 addr)
{
	for (__sz i = 0; i < l->count; i++)
		if (addr >= l->runs[i].start && addr < l->runs[i].end)
			return &l->runs[i];
	return NULL;
}

/* Zeros in data are legal only where a run of them would be short. */
static void check_page(const struct dump_layout *l, const struct map *m, int i)
{
	const struct dump_run *run = run_at(l, BASE + (__u64)i * PAGE);
	int first = i, last = i;

	if (m->kind[i] == IMAGE)
		return;
	assert_int_equal(run != NULL, m->kind[i] != HOLE);
	if (!run)
		return;
	assert_int_equal(run->prot, m->prot[i]);
	if (m->kind[i] == DATA) {
		assert_int_equal(run->kind, DUMP_DATA);
		return;
	}
	while (first && m->kind[first - 1] == ZERO &&
	       m->prot[first - 1] == m->prot[i])
		first--;
	while (last + 1 < PAGES && m->kind[last + 1] == ZERO &&
	       m->prot[last + 1] == m->prot[i])
		last++;
	assert_int_equal(run->kind,
			 (__u64)(last - first + 1) * PAGE < l->zero_min
				 ? DUMP_DATA
				 : DUMP_ZERO);
}

/* Each byte of the file belongs to one thing at most, and to none beyond. */
static void check_places(const struct dump_layout *l)
{
	unsigned char *used = calloc(l->size, 1);
	struct uk_elf_phdr ph;

	memset(used, 1, dump_layout_notes(l));
	for (__sz i = 0; i <= l->count; i++) {
		dump_layout_phdr(l, i, NOTES, &ph);
		assert_int_equal(ph.type, i ? UK_ELF_PT_LOAD : UK_ELF_PT_NOTE);
		assert_true(ph.offset + ph.filesz <= l->size);
		for (__u64 at = ph.offset; at < ph.offset + ph.filesz; at++)
			assert_false(used[at]++);
		if (i)
			assert_true(!ph.filesz || ph.filesz == ph.memsz);
		if (i > 1)
			assert_true(l->runs[i - 2].end <= ph.vaddr);
	}
	free(used);
}

static void layout(void **state)
{
	static struct dump_run runs[RUNS * 2];
	struct dump_layout l;
	struct map m;

	for (int round = 0; round < 200; round++) {
		fill(&m);
		dump_layout_init(&l, runs, ARRAY_SIZE(runs),
				 (1 + draw(8)) * PAGE);
		add(&l, &m);
		dump_layout_end(&l, NOTES);
		assert_int_equal(l.dropped, 0);
		for (int i = 0; i < PAGES; i++)
			check_page(&l, &m, i);
		check_places(&l);
		/* one segment in two calls; distances as in the image */
		assert_int_equal(run_at(&l, BASE + 100 * PAGE)->offset,
				 l.image);
		assert_ptr_equal(run_at(&l, BASE + 100 * PAGE),
				 run_at(&l, BASE + 103 * PAGE));
		assert_int_equal(run_at(&l, BASE + 104 * PAGE + 77)->offset,
				 l.image + 3 * PAGE + 77);
	}
}

/* Too little room: less of it with longer runs, and never beyond. */
static void no_room(void **state)
{
	struct dump_run runs[20];
	struct dump_layout l;
	struct map m;
	__sz before = ~0UL;

	fill(&m);
	for (__u64 pages = 1; pages < 512; pages *= 8) {
		dump_layout_init(&l, runs, ARRAY_SIZE(runs), pages * PAGE);
		add(&l, &m);
		assert_true(l.count <= ARRAY_SIZE(runs));
		assert_true(l.dropped <= before);
		before = l.dropped;
	}
}

static void header(void **state)
{
	struct dump_run runs[4];
	struct dump_layout l;
	struct uk_elf_ehdr e = { .machine = 62 };

	dump_layout_init(&l, runs, 4, 0);
	dump_layout_add(&l, PAGE, 2 * PAGE, DUMP_DATA, 6, 0);
	dump_layout_end(&l, 8);
	dump_layout_ehdr(&l, &e);
	assert_memory_equal(e.ident, "\177ELF\2\1\1\3", 8);
	assert_int_equal(e.machine, 62);
	assert_int_equal(e.type, 4);
	assert_int_equal(e.phnum, 2);
	assert_int_equal(sizeof(e), 64);
	assert_int_equal(l.size, 2 * PAGE);
}

/* --- notes -----------------------------------------------------------------*/

const __u16 dump_arch_machine = 62;

__sz dump_arch_gregs(const struct dump_thread *t, __u64 gregs[DUMP_GREGS_MAX])
{
	for (int i = 0; i < 27; i++)
		gregs[i] = (__u64)(t->id * 100 + i);
	return 27;
}

__u64 dump_arch_hwcap(void)
{
	return 0x1234;
}

void dump_arch_notes(struct dump_sink *sink, const struct dump_thread *t)
{
	dump_note(sink, "LINUX", 0x777, "12345", 5); /* needs padding */
}

static unsigned char file[65536];

static void put(struct dump_sink *sink, const void *buf, __sz len)
{
	assert_true(sink->at + len <= sizeof(file));
	memcpy(file + sink->at, buf, len);
}

struct note {
	__u32 type, len;
	const char *owner;
	const unsigned char *desc;
};

static __sz next(__sz at, struct note *n)
{
	__u32 head[3];

	memcpy(head, file + at, sizeof(head));
	n->owner = (const char *)file + at + 12;
	assert_int_equal(strlen(n->owner) + 1, head[0]);
	n->desc = file + at + 12 + (head[0] + 3) / 4 * 4;
	n->len = head[1];
	n->type = head[2];
	return (__sz)(n->desc - file) + (head[1] + 3) / 4 * 4;
}

static __u64 word(const struct note *n, __sz at)
{
	__u64 v;

	assert_true(at + 8 <= n->len);
	memcpy(&v, n->desc + at, 8);
	return v;
}

static void check_file(const struct note *n)
{
	assert_int_equal(n->type, DUMP_NT_FILE);
	assert_int_equal(word(n, 0), 2);
	assert_int_equal(word(n, 16), 0x100000);
	assert_int_equal(word(n, 24), 0x103000);
	assert_int_equal(word(n, 40), 0x104000);
	assert_int_equal(word(n, 56), 2);
	assert_string_equal((const char *)n->desc + 64, "/a/b.elf");
	assert_string_equal((const char *)n->desc + 73, "/a/b.elf");
	assert_int_equal(n->len, 64 + 2 * 9);
}

static void notes(void **state)
{
	static const struct {
		struct uk_elf_ehdr e;
		struct uk_elf_phdr ph[3];
	} image = { { .phoff = 64, .phentsize = 56, .phnum = 3, .entry = 99 },
		    { { .type = UK_ELF_PT_LOAD,
			.vaddr = 0x100000,
			.filesz = 0x2123 },
		      { .type = UK_ELF_PT_TLS },
		      { .type = UK_ELF_PT_LOAD,
			.vaddr = 0x104123,
			.offset = 0x2123,
			.filesz = 1 } } };
	const struct dump_thread t = { .id = 7 };
	const struct dump_process p = {
		.name = "a name of more than fifteen bytes",
		.args = "a b",
		.image = "/a/b.elf",
		.elf = &image.e,
		.signal = 11,
		.address = 0x1234,
	};
	struct dump_sink sink = { .put = put };
	struct note n;
	__sz at;

	dump_notes_thread(&sink, &t, 11);
	dump_notes_process(&sink, &p);
	at = next(0, &n);
	assert_string_equal(n.owner, "CORE");
	assert_int_equal(n.type, DUMP_NT_PRSTATUS);
	assert_int_equal(n.len, 336);
	assert_int_equal(n.desc[12], 11);
	assert_int_equal(n.desc[32], 7);
	assert_int_equal(word(&n, 112), 700);
	assert_int_equal(word(&n, 112 + 26 * 8), 726);
	at = next(at, &n);
	assert_int_equal(n.type, 0x777);
	assert_string_equal(n.owner, "LINUX");
	at = next(at, &n);
	assert_int_equal(n.type, DUMP_NT_PRPSINFO);
	assert_int_equal(n.len, 136);
	assert_string_equal((const char *)n.desc + 40, "a name of more ");
	assert_string_equal((const char *)n.desc + 56, "a b");
	at = next(at, &n);
	assert_int_equal(n.type, DUMP_NT_SIGINFO);
	assert_int_equal(n.desc[0], 11);
	assert_int_equal(word(&n, 16), 0x1234);
	at = next(at, &n);
	assert_int_equal(n.type, DUMP_NT_AUXV);
	assert_int_equal(word(&n, 0), 3);
	assert_int_equal(word(&n, 8), (__u64)image.ph);
	assert_int_equal(word(&n, n.len - 16), 0);
	at = next(at, &n);
	check_file(&n);
	assert_int_equal(at, sink.at);
}

/* --- packing ---------------------------------------------------------------*/

/* As pack.h describes it. */
static __sz unpack(const unsigned char *in, __sz len, unsigned char *out)
{
	const unsigned char *end = in + len;
	__sz n = 0;

	while (in < end) {
		unsigned int c = *in++, times;

		if (c < 0x80) {
			memcpy(out + n, in, c + 1);
			in += c + 1;
			n += c + 1;
			continue;
		}
		times = c - 0x7c;
		if (c == 0xff) {
			times = in[0] + 256U * in[1];
			in += 2;
		}
		memset(out + n, *in++, times);
		n += times;
	}
	assert_ptr_equal(in, end);
	return n;
}

static void packing(void **state)
{
	static unsigned char in[300000], packed[400000], out[300000];

	for (int round = 0; round < 30; round++) {
		struct dump_pack p = { 0 };
		__sz len = draw(sizeof(in)), n = 0, step;
		unsigned char *room;

		for (__sz i = 0; i < len;) {
			__sz run = draw(3) ? 1 + draw(6) : draw(80000);
			int byte = (int)draw(draw(2) ? 2 : 256);

			while (run-- && i < len)
				in[i++] = (unsigned char)byte;
		}
		for (__sz i = 0; i <= len; i++) {
			room = packed + n;
			step = i < len ? dump_pack_byte(&p, in[i], room)
				       : dump_pack_end(&p, room);
			assert_true(step <= DUMP_PACK_ROOM);
			n += step;
		}
		assert_true(n <= len + len / 100 + 200);
		assert_int_equal(unpack(packed, n, out), len);
		assert_memory_equal(in, out, len);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(layout),  cmocka_unit_test(no_room),
		cmocka_unit_test(header),  cmocka_unit_test(notes),
		cmocka_unit_test(packing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
