/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * See hypercall.h. A request is copied before it is looked at. The kernel
 * resolves paths beneath the folder only, follows no symbolic link, and crosses
 * no mount; what is not a regular file is refused.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "hypercall_host.h"

#define MODE 0600

int hypercall_open(struct hypercalls *h, const char *where)
{
	size_t len = strlen(where);
	char path[4096];

	h->writable = len > 3 && !strcmp(where + len - 3, ",rw");
	if (h->writable)
		len -= 3;
	if (len >= sizeof(path))
		return -ENAMETOOLONG;
	memcpy(path, where, len);
	path[len] = 0;
	for (unsigned int i = 0; i < HYPERCALL_HANDLES; i++)
		h->files[i] = -1;
	h->folder = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return h->folder < 0 ? -errno : 0;
}

static int beneath(const struct hypercalls *h, const char *path, int write)
{
	struct open_how how = {
		.flags = O_CLOEXEC | O_NONBLOCK | O_NOCTTY |
			 (uint64_t)(write ? O_WRONLY | O_CREAT : O_RDONLY),
		.mode = write ? MODE : 0,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
			   RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV,
	};

	return (int)syscall(__NR_openat2, h->folder, path, &how, sizeof(how));
}

/* Emptied only when it is known to be a regular file. */
static int check(int fd, int write)
{
	struct stat s;

	if (syscall(__NR_fstat, fd, &s))
		return -errno;
	if (!S_ISREG(s.st_mode))
		return -EACCES;
	return write && ftruncate(fd, 0) ? -errno : 0;
}

static long call_open(struct hypercalls *h, const struct hypercall *r)
{
	const char *from = r->len <= HYPERCALL_PATH_MAX
				   ? vmm_memory_at(h->m, r->addr, r->len)
				   : NULL;
	char path[HYPERCALL_PATH_MAX + 1] = "";
	unsigned int i = 0;
	int fd, rc;

	while (i < HYPERCALL_HANDLES && h->files[i] >= 0)
		i++;
	if (i == HYPERCALL_HANDLES)
		return -EMFILE;
	if (!from || r->offset > 1)
		return -EINVAL;
	if (r->offset && !h->writable)
		return -EROFS;
	memcpy(path, from, r->len);
	if (strlen(path) != r->len)
		return -EINVAL;
	fd = beneath(h, path, (int)r->offset);
	if (fd < 0)
		return -errno;
	rc = check(fd, (int)r->offset);
	if (rc) {
		close(fd);
		return rc;
	}
	h->files[i] = fd;
	return i;
}

static long call_copy(struct hypercalls *h, const struct hypercall *r)
{
	int fd = r->handle < HYPERCALL_HANDLES ? h->files[r->handle] : -1;
	void *at = r->len <= HYPERCALL_BYTES_MAX
			   ? vmm_memory_at(h->m, r->addr, r->len)
			   : NULL;
	ssize_t n;

	if (fd < 0)
		return -EBADF;
	if (!at || r->offset > INT64_MAX)
		return -EINVAL;
	n = r->call == HYPERCALL_READ
		    ? pread(fd, at, r->len, (off_t)r->offset)
		    : pwrite(fd, at, r->len, (off_t)r->offset);
	return n < 0 ? -errno : n;
}

static long call_close(struct hypercalls *h, const struct hypercall *r)
{
	if (r->handle >= HYPERCALL_HANDLES || h->files[r->handle] < 0)
		return -EBADF;
	close(h->files[r->handle]);
	h->files[r->handle] = -1;
	return 0;
}

static long run(struct hypercalls *h, const struct hypercall *r)
{
	switch (r->call) {
	case HYPERCALL_OPEN:
		return call_open(h, r);
	case HYPERCALL_READ:
	case HYPERCALL_WRITE:
		return call_copy(h, r);
	case HYPERCALL_CLOSE:
		return call_close(h, r);
	default:
		return -ENOSYS;
	}
}

/* Nothing happens if the request is not in memory: nor can that be said. */
static void request(struct hypercalls *h, uint64_t gpa)
{
	struct hypercall r;
	void *at = gpa % 8 ? NULL : vmm_memory_at(h->m, gpa, sizeof(r));

	if (!at)
		return;
	memcpy(&r, at, sizeof(r));
	r.result = run(h, &r);
	memcpy((char *)at + offsetof(struct hypercall, result), &r.result,
	       sizeof(r.result));
}

int hypercall_access(void *ctx, struct vmm_access *a)
{
	struct hypercalls *h = ctx;
	uint64_t reg = a->addr - HYPERCALL_BASE;

	pthread_mutex_lock(&h->lock);
	if (!a->write)
		a->value = reg == HYPERCALL_MAGIC ? HYPERCALL_ID : 0;
	else if (reg == HYPERCALL_HIGH)
		h->high = (uint32_t)a->value;
	else if (reg == HYPERCALL_LOW)
		request(h, (uint64_t)h->high << 32 | (uint32_t)a->value);
	pthread_mutex_unlock(&h->lock);
	return 0;
}
