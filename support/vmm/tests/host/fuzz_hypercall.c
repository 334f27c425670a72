/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Any requests of a guest: no file outside of the folder is opened, none is
 * written in a folder to read, and data stays in guest memory (ASan).
 *
 * HOST-SRCS: support/vmm/vmm/hypercall.c
 * HOST-FLAGS: -Isupport/vmm/libvmm -Isupport/vmm/libvmm/arch/x86_64
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../../vmm/hypercall_host.h"

#define RAM 0x2000UL
#define PATHS 6

static uint8_t *ram;
static char top[64], folder[80];

/* Paths that lead out, so that the fuzzer has no need to find them. */
static const char *const paths[PATHS] = {
	"../secret",	    "link",	 "/etc/passwd",
	"sub/../../secret", "up/secret", "file",
};

void *vmm_memory_at(const struct vmm_machine *m, uint64_t gpa, size_t len)
{
	return gpa < RAM && len <= RAM - gpa ? ram + gpa : NULL;
}

static void make_file(const char *name, const char *text)
{
	char path[200];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", top, name);
	f = fopen(path, "w");
	if (!f || fputs(text, f) < 0 || fclose(f))
		abort();
}

static void make_folder(void)
{
	char path[200];

	snprintf(top, sizeof(top), "/tmp/fuzz_hypercall.XXXXXX");
	if (!mkdtemp(top))
		abort();
	snprintf(folder, sizeof(folder), "%s/folder", top);
	snprintf(path, sizeof(path), "%s/sub", folder);
	if (mkdir(folder, 0700) || mkdir(path, 0700))
		abort();
	make_file("secret", "secret");
	make_file("folder/file", "text");
	snprintf(path, sizeof(path), "%s/link", folder);
	if (symlink("../secret", path))
		abort();
	snprintf(path, sizeof(path), "%s/up", folder);
	if (symlink("..", path))
		abort();
}

static void remove_folder(void)
{
	char command[100];

	snprintf(command, sizeof(command), "rm -rf %s", top);
	if (system(command))
		perror(command);
}

/* Each open file is beneath the folder, and open to read if that is so. */
static void check(const struct hypercalls *h)
{
	char link[64], path[300];
	ssize_t n;

	for (int i = 0; i < HYPERCALL_HANDLES; i++) {
		if (h->files[i] < 0)
			continue;
		snprintf(link, sizeof(link), "/proc/self/fd/%d", h->files[i]);
		n = readlink(link, path, sizeof(path) - 1);
		if (n <= 0 || strncmp(path, folder, strlen(folder)) ||
		    path[strlen(folder)] != '/')
			abort();
		if (!h->writable &&
		    (fcntl(h->files[i], F_GETFL) & O_ACCMODE) != O_RDONLY)
			abort();
	}
}

static void write_reg(struct hypercalls *h, uint64_t reg, uint64_t value)
{
	struct vmm_access a = { .addr = HYPERCALL_BASE + reg,
				.len = 4,
				.write = 1,
				.value = value };

	hypercall_access(h, &a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hypercalls h = { .lock = PTHREAD_MUTEX_INITIALIZER };
	char where[100];

	if (!top[0]) {
		make_folder();
		atexit(remove_folder);
	}
	snprintf(where, sizeof(where), "%s%s", folder,
		 size && data[0] & 1 ? ",rw" : "");
	if (hypercall_open(&h, where))
		abort();
	ram = calloc(1, RAM);
	for (unsigned int i = 0; i < PATHS; i++)
		memcpy(ram + 0x1000 + 0x20 * i, paths[i], strlen(paths[i]));
	while (size >= 8) {
		struct hypercall r = {
			.call = data[1] % 6,
			.handle = data[2] % 20,
			.addr = data[3] & 1
					? 0x1000 + 0x20UL * (data[4] % PATHS)
					: data[4] * 0x21UL,
			.len = data[5],
			.offset = data[6],
		};

		if (data[3] & 1 && r.call == HYPERCALL_OPEN)
			r.len = strlen((char *)ram + r.addr);
		if (data[3] & 2)
			r.offset <<= 56;
		if (data[3] & 4)
			r.len = ~0UL - r.len;
		/* the guest's memory has what the last one left, too */
		memcpy(ram + 0x800, &r, sizeof(r));
		write_reg(&h, HYPERCALL_HIGH, data[3] >> 7);
		write_reg(&h, HYPERCALL_LOW, data[3] & 8 ? data[7] * 8 : 0x800);
		check(&h);
		data += 8;
		size -= 8;
	}
	for (int i = 0; i < HYPERCALL_HANDLES; i++)
		if (h.files[i] >= 0)
			close(h.files[i]);
	close(h.folder);
	free(ram);
	return 0;
}
