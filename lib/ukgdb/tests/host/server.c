/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The mock behind a TCP port, for a real gdb or lldb:
 *
 *	server ELF x86_64|arm64 PORTFILE COUNTER [verbose]
 *
 * loads the ELF's segments at their addresses, stops at its entry, writes the
 * port that it was given to PORTFILE, and serves one debugger after another
 * until one kills it. There is no CPU: a step adds 4 to the program counter;
 * to continue is to hit the breakpoints in the order of their addresses, each
 * forty times, the last of several once, with the program counter there. At
 *each hit the int at the address COUNTER (in hexadecimal) is one more, from 0
 *on, and the frame on the stack and all general registers hold noise, the same
 *in every run. Then the program exits with status 3, or if some breakpoint
 *stopped it, begins anew. Ctrl-C is not looked for.
 */
#include <arpa/inet.h>
#include <elf.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "mock.h"

#define STACK 0x7000000UL
#define STACK_SIZE 0x10000UL
#define FRAME (STACK + 0x8000)
#define HITS 40

static struct mock m;
static int listener, peer = -1, verbose;
static unsigned int at, count; /* breakpoint, and which of its hits is next */
static int any;		       /* a breakpoint stopped in this round */
static __u64 counter;

static __ssz net_in(void *ctx, char *buf, __sz len, int wait)
{
	struct pollfd p = { peer, POLLIN, 0 };
	__ssz n;

	if (!wait && poll(&p, 1, 0) <= 0)
		return 0;
	n = read(peer, buf, len);
	if (verbose && n > 0)
		fprintf(stderr, "<- %.*s\n", (int)n, buf);
	return n > 0 ? n : -EPIPE;
}

static void net_out(void *ctx, const char *buf, __sz len)
{
	if (verbose)
		fprintf(stderr, "-> %.*s\n", (int)len, buf);
	if (send(peer, buf, len, MSG_NOSIGNAL) < 0 && verbose)
		perror("send");
}

static void load(const char *path)
{
	static __u8 file[1 << 22];
	FILE *f = fopen(path, "rb");
	__sz len = f ? fread(file, 1, sizeof(file), f) : 0;
	Elf64_Ehdr *e = (Elf64_Ehdr *)file;
	Elf64_Phdr *p = (Elf64_Phdr *)(file + e->e_phoff);
	int i;

	if (len < sizeof(*e) || memcmp(e->e_ident, ELFMAG, SELFMAG))
		exit(2);
	for (i = 0; i < e->e_phnum; i++) {
		__u64 start, end;

		if (p[i].p_type != PT_LOAD)
			continue;
		start = p[i].p_vaddr & ~0xfffUL;
		end = (p[i].p_vaddr + p[i].p_memsz + 0xfff) & ~0xfffUL;
		mock_map(&m, start, end - start,
			 GDB_PROT_READ | (p[i].p_flags & PF_W ? 2 : 0) |
				 (p[i].p_flags & PF_X ? 4 : 0),
			 "elf");
		memcpy(mock_at(&m, p[i].p_vaddr, p[i].p_filesz),
		       file + p[i].p_offset, p[i].p_filesz);
	}
	mock_map(&m, STACK, STACK_SIZE, 3, "stack");
	for (i = 1; i <= MOCK_THREADS; i++) {
		mock_reg_set(&m, i, m.target.pc, e->e_entry);
		mock_reg_set(&m, i, m.target.fp, FRAME + 0x100);
		mock_reg_set(&m, i, m.target.sp, FRAME + 0x80);
	}
	fclose(f);
}

static void noise(unsigned int count)
{
	__u64 x = 88172645463325252UL + count * 7919;
	__u8 *frame = mock_at(&m, FRAME, 0x200);
	unsigned int i;

	for (i = 0; i < 0x200 + 31 * 8; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		if (i < 0x200)
			frame[i] = x >> 20;
		else if (m.target.regs[(i - 0x200) / 8].group == 0 &&
			 (i - 0x200) / 8 != m.target.fp &&
			 (i - 0x200) / 8 != m.target.sp)
			m.regs[0][(i - 0x200) / 8][i % 8] = x >> 20;
	}
}

/* From where the program stands to the next stop. */
static void run(struct gdb_stop *stop)
{
	for (;; count++) {
		__u64 addr = 0;
		int last;

		if (count == HITS) {
			at++;
			count = 0;
		}
		if (at >= m.s.n_points && any) {
			at = 0;
			any = 0;
		}
		if (at < m.s.n_points)
			addr = m.s.points[at].addr;
		if (!addr) {
			stop->why = GDB_STOP_EXITED;
			stop->signal = 3;
			return;
		}
		noise(count);
		memcpy(mock_at(&m, counter, 4), &count, 4);
		mock_reg_set(&m, 1, m.target.pc, addr);
		if (gdb_points_check(&m.s, 1, addr) == GDB_CHECK_STOP) {
			stop->why = GDB_STOP_SWBREAK;
			stop->signal = GDB_SIGTRAP;
			last = at && at == m.s.n_points - 1U;
			count = last ? HITS : count + 1;
			any = 1;
			return;
		}
	}
}

int main(int argc, char **argv)
{
	struct gdb_io io = { net_in, net_out, NULL, NULL };
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t a_len = sizeof(a);
	struct gdb_stop stop = { .signal = GDB_SIGTRAP, .tid = 1 };
	FILE *f;

	if (argc < 5)
		return 2;
	counter = strtoul(argv[4], NULL, 16);
	verbose = argc > 5;
	mock_init(&m, !strcmp(argv[2], "arm64"), 0);
	load(argv[1]);
	gdb_session_init(&m.s, &m.target, &io);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	listener = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(listener, (struct sockaddr *)&a, sizeof(a)) ||
	    listen(listener, 1) ||
	    getsockname(listener, (struct sockaddr *)&a, &a_len))
		return 2;
	f = fopen(argv[3], "w");
	fprintf(f, "%d\n", ntohs(a.sin_port));
	fclose(f);
	alarm(120);
	while (!m.killed) {
		peer = accept(listener, NULL, NULL);
		gdb_session_stopped(&m.s, &stop);
		while (gdb_session_serve(&m.s) == GDB_END_RESUMED) {
			stop.why = GDB_STOP_SIGNAL;
			stop.signal = GDB_SIGTRAP;
			if (m.actions[0].act == GDB_ACT_CONTINUE)
				run(&stop);
			else
				mock_reg_set(&m, 1, m.target.pc,
					     mock_reg(&m, 1, m.target.pc) + 4);
			gdb_session_stopped(&m.s, &stop);
		}
		stop.why = GDB_STOP_SIGNAL;
		stop.signal = GDB_SIGTRAP;
		at = count = any = 0;
		close(peer);
	}
	printf("packets %lu, checks %lu, passes %lu, errors %lu\n",
	       m.s.stats.packets_in, m.s.stats.checks, m.s.stats.passes,
	       m.s.stats.ax_errors);
	mock_free(&m);
	return 0;
}
