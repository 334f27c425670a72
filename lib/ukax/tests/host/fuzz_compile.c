/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Any expression as machine code of the host: it gives what the interpreter
 * gives, or leaves the expression to that.
 *
 * HOST-SRCS: lib/ukax/ax.c lib/ukax/compile.c lib/ukax/arch/x86_64/emit.c
 * HOST-FLAGS: -DCONFIG_LIBUKAX_STEPS=10000
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <uk/ax.h>
#include <uk/ax_compile.h>

#define REGS 8
#define ROOM 65536u /* for the code, and as much for a second one */

static __u64 regs[REGS];
static __u8 memory[64];

static int reg(struct uk_ax *ax, unsigned int nr, __u64 *value)
{
	if (nr >= REGS)
		return -ENOENT;
	*value = regs[nr];
	return 0;
}

static __sz mem(struct uk_ax *ax, __u64 addr, void *buf, __sz len)
{
	__u64 at = addr - (__u64)memory;

	if (at > sizeof(memory) || len > sizeof(memory) - at)
		return 0;
	memcpy(buf, memory + at, len);
	return len;
}

static int offset(unsigned int nr)
{
	return nr < REGS ? (int)(8 * nr) : -1;
}

static void prepare(void)
{
	static const __u64 values[REGS] = {
		0, 1, ~0UL, 1UL << 63, 255, 1UL << 31, 0x123456789abcdef0
	};

	memcpy(regs, values, sizeof(regs));
	regs[7] = (__u64)memory;
	for (unsigned int i = 0; i < sizeof(memory); i++)
		memory[i] = (__u8)(i * 37 + 0x71);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct uk_ax_ops ops = { .reg = reg, .mem = mem };
	const struct uk_ax_env env = { offset, (__u64)memory,
				       (__u64)memory + sizeof(memory) };
	static __u8 *text;
	struct uk_ax ax = { .ops = &ops };
	__u64 value = 0, compiled = 0x5a5a;
	unsigned int n;
	int rc;

	prepare();
	if (!text)
		text = mmap(NULL, 2 * ROOM, PROT_READ | PROT_WRITE | PROT_EXEC,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	n = uk_ax_compile(&env, data, (unsigned int)size, text, ROOM);
	if (!n)
		return 0;
	if (uk_ax_compile(&env, data, (unsigned int)size, text + ROOM, n - 1))
		abort(); /* it fits in less than it says */
	__builtin___clear_cache((char *)text, (char *)text + n);
	rc = ((uk_ax_function)(uintptr_t)text)(regs, &compiled);
	if (uk_ax_eval(&ax, data, (unsigned int)size, &value))
		value = 0x5a5a;
	if (compiled != value || (rc != 0 && rc != 1) ||
	    (rc == 1) != !!ax.error)
		abort();
	return 0;
}
