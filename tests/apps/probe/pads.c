/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * POST /pads: at each of the addresses in the body, hexadecimal, there is a
 * breakpoint with a condition that is false while much of newlib is called. The
 * reply has how many were jumps, how many hits came to the handlers of traps
 * (of instructions that have a slot, as all but loop and jrcxz do), and
 * what newlib answered.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uk/arch/lcpu.h>
#include <uk/break.h>
#include <uk/http.h>
#include <uk/lcpu.h>
#include <uk/plat/image.h>
#include <uk/plat/lcpu.h>

#define PLACES 60

static struct uk_break *places[PLACES];
static unsigned int trapped;

static int __nobreak on_hit(void *data)
{
	const struct uk_break_hit *h = data;

	trapped += !h->b->probes && h->b->ool.slot_len;
	return UK_EVENT_NOT_HANDLED;
}
UK_EVENT_HANDLER_PRIO(UK_EVENT_BREAK_HIT, on_hit, 0);

/* gdb's number of the program counter. */
static unsigned int pc_number(void)
{
	struct __regs regs;
	unsigned int nr = 0;

	memset(&regs, 0, sizeof(regs));
	ukarch_regs_set_pc(&regs, 1);
	while (*((char *)&regs + uk_ax_reg_offset(nr)) != 1)
		nr++;
	return nr;
}

/* !(pc < the end of the text) */
static uk_ax_function false_condition(void)
{
	const __u64 end = __builtin_bswap64((__u64)_etext);
	__u8 code[] = { 0x26, 0,    (__u8)pc_number(),
			0x25, 0,    0,
			0,    0,    0,
			0,    0,    0,
			0x15, 0x0e, 0x27 };

	memcpy(code + 4, &end, sizeof(end));
	return uk_ax_native(code, sizeof(code));
}

static unsigned int insert(const char *list, uk_ax_function condition)
{
	unsigned int n = 0;
	struct uk_break *b;
	char *next;

	for (; n < PLACES && *list; list = next) {
		__vaddr_t addr = strtoul(list, &next, 16);

		if (next == list)
			break;
		if (uk_break_insert(addr, UK_BREAK_PROBE, &b))
			continue;
		if (b->ool.kind == UK_BREAK_OOL_STEP) {
			(void)uk_break_remove(addr, UK_BREAK_PROBE);
			continue;
		}
		uk_break_condition(b, UK_BREAK_PROBE, condition);
		places[n++] = b;
	}
	uk_break_sync();
	return n;
}

static void remove_all(unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		uk_break_condition(places[i], UK_BREAK_PROBE, NULL);
		(void)uk_break_remove(places[i]->addr, UK_BREAK_PROBE);
	}
	uk_break_sync();
}

static int compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

long probe_kinds(long a, long b);

#if defined(__x86_64__)
#define KEPT_WORDS (15 + 1 + 16 * 2)
#define KEPT_FLAGS 15
#define FLAGS 0xcd7 /* CF, PF, AF, ZF, SF, DF, OF */
#else
#define KEPT_WORDS (31 + 1 + 32 * 2)
#define KEPT_FLAGS 31
#define FLAGS 0xa0000000 /* N, C */
#endif

void probe_kept(const __u64 in[KEPT_WORDS], __u64 out[KEPT_WORDS]);

/* How many of the registers, flags among them, are not what they were before a
 * few instructions. Memory below the stack pointer is a pad's.
 */
static unsigned int changed(void)
{
	__u64 in[KEPT_WORDS], out[KEPT_WORDS];
	unsigned int n = 0;
	unsigned long irq;

	for (unsigned int i = 0; i < KEPT_WORDS; i++)
		in[i] = (i + 1) * 0x9e3779b97f4a7c15UL;
	in[KEPT_FLAGS] = FLAGS;
	memset(out, 0x55, sizeof(out));
	irq = ukarch_irq_save(); /* as FLAGS has it */
	probe_kept(in, out);
	ukarch_irq_restore(irq);
	for (unsigned int i = 0; i < KEPT_WORDS; i++)
		n += in[i] != out[i];
	return n;
}

static unsigned int answer(char *out, unsigned int len)
{
	char words[8][8] = { "pads", "jump", "slot", "trap",
			     "code", "text", "flag", "rip" };
	char copy[200], *end;
	double number;
	unsigned int n = 0;
	long kinds = 0;

	for (long i = -8; i < 8; i++)
		kinds = kinds * 31 + probe_kinds(i * i * i, i);
	qsort(words, 8, sizeof(words[0]), compare);
	n += (unsigned int)snprintf(out + n, len - n, "%u %lx ", changed(),
				    kinds);
	for (int i = 0; i < 8; i++)
		n += (unsigned int)snprintf(out + n, len - n, "%-6.4s|",
					    words[i]);
	n += (unsigned int)snprintf(
		out + n, len - n, "%+08d %#llx %o %c %5.1f %e %g %a", -12345,
		0x123456789abcdefULL, 0755, 'x', 3.14159, 1.0 / 3, 1e100, 0.1);
	number = strtod("-12.5e-3xyz", &end);
	n += (unsigned int)snprintf(out + n, len - n, " %g %ld %lu", number,
				    strtol("-0x7fz", NULL, 0),
				    strtoul(end, NULL, 36));
	memset(copy, '.', sizeof(copy));
	memmove(copy + 3, out, 150);
	memmove(copy + 1, copy + 3, 150);
	copy[150] = 0;
	n += (unsigned int)snprintf(out + n, len - n, " %s %d %zu", copy + 99,
				    strncmp(copy, out, 40),
				    strcspn(copy + 1, "!|"));
	return n;
}

static void pads(const struct uk_http_request *req,
		 struct uk_http_response *res)
{
	unsigned long irq = ukarch_irq_save();
	unsigned int n, hits, jumps = 0;
	uk_ax_function condition;
	char out[600], body[1500];
	int others;

	memcpy(body, req->body, req->body_len);
	body[req->body_len] = 0;
	others = uk_lcpu_look();
	uk_percpu()->in_debugger = 1;
	condition = false_condition();
	n = insert(body, condition);
	for (unsigned int i = 0; i < n; i++)
		jumps += places[i]->jumps;
	uk_percpu()->in_debugger = 0;
	uk_lcpu_look_end(others);
	ukarch_irq_restore(irq);

	trapped = 0;
	(void)answer(out, sizeof(out));
	hits = trapped; /* what removes them may hit some */

	irq = ukarch_irq_save();
	others = uk_lcpu_look();
	uk_percpu()->in_debugger = 1;
	remove_all(n);
	uk_ax_native_free(condition);
	uk_percpu()->in_debugger = 0;
	uk_lcpu_look_end(others);
	ukarch_irq_restore(irq);
	uk_http_printf(res, "%u %u %u %s\n", n, jumps, hits, out);
}
UK_HTTP_ROUTE(pads, "/pads", UK_HTTP_POST, pads);
