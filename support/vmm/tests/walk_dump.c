/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * walk_dump FILE BASE REGISTER=VALUE...: walks page tables in a copy of guest
 * memory that begins at address BASE, for each address on stdin. Prints where
 * it is mapped to and the kernel's rights there (r, w, x), or -, a line each.
 * tests/test_vmm.py compares.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include "../libvmm/walk.h"

static const struct {
	const char *name;
	size_t at;
} registers[] = {
#define R(name)                                         \
	{                                               \
#name, offsetof(struct vmm_state, name) \
	}
#ifdef VMM_SYSTEM_REGISTERS
	R(sctlr_el1),
	R(tcr_el1),
	R(ttbr0_el1),
	R(ttbr1_el1),
#else
	R(cr0),
	R(cr3),
	R(cr4),
	R(efer),
#endif
};

static const uint8_t *memory;
static uint64_t base, size;

static int read_entry(const void *ctx, uint64_t gpa, void *buf, size_t len)
{
	(void)ctx;
	if (gpa < base || gpa - base > size - len)
		return -EIO;
	memcpy(buf, memory + (gpa - base), len);
	return 0;
}

static void set(struct vmm_state *s, const char *word)
{
	size_t len = strcspn(word, "=");

	for (size_t i = 0; i < sizeof(registers) / sizeof(registers[0]); i++)
		if (!strncmp(registers[i].name, word, len) &&
		    !registers[i].name[len])
			*(uint64_t *)((char *)s + registers[i].at) =
				strtoul(word + len + 1, NULL, 0);
}

int main(int argc, char **argv)
{
	static struct vmm_state s;
	int fd = argc > 2 ? open(argv[1], O_RDONLY) : -1;
	struct stat st;
	char line[64];

	if (fd < 0 || fstat(fd, &st))
		return 2;
	size = (uint64_t)st.st_size;
	base = strtoul(argv[2], NULL, 0);
	memory = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (memory == MAP_FAILED)
		return 2;
	for (int i = 3; i < argc; i++)
		set(&s, argv[i]);
	while (fgets(line, sizeof(line), stdin)) {
		struct vmm_walk w;

		if (vmm_arch_walk(read_entry, NULL, &s, strtoul(line, NULL, 0),
				  &w))
			printf("-\n");
		else
			printf("%#lx %s%s%s\n", (unsigned long)w.gpa,
			       w.prot & VMM_PROT_READ ? "r" : "",
			       w.prot & VMM_PROT_WRITE ? "w" : "",
			       w.prot & VMM_PROT_EXEC ? "x" : "");
	}
	return 0;
}
