/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Guest memory by virtual address: through the guest's page tables, by this
 * library's own walk. KVM_TRANSLATE knows no rights, and arm64 lacks it.
 */
#include <errno.h>
#include <string.h>
#include "walk.h"

static int read_entry(const void *ctx, uint64_t gpa, void *buf, size_t len)
{
	const void *p = vmm_memory_at(ctx, gpa, len);

	if (!p)
		return -EIO;
	memcpy(buf, p, len);
	return 0;
}

int vmm_walk(const struct vmm_machine *m, const struct vmm_state *s,
	     uint64_t gva, struct vmm_walk *w)
{
	return vmm_arch_walk(read_entry, m, s, gva, w);
}

/* To or from one page after the other. */
static size_t copy(const struct vmm_machine *m, const struct vmm_state *s,
		   uint64_t gva, uint8_t *to, const uint8_t *from, size_t len)
{
	size_t done = 0;

	while (done < len) {
		size_t n = VMM_PAGE - (gva + done) % VMM_PAGE;
		struct vmm_walk w;
		void *p;

		if (n > len - done)
			n = len - done;
		if (vmm_walk(m, s, gva + done, &w))
			break;
		p = vmm_memory_at(m, w.gpa, n);
		if (!p)
			break;
		if (to)
			memcpy(to + done, p, n);
		else
			memcpy(p, from + done, n);
		done += n;
	}
	return done;
}

size_t vmm_read(const struct vmm_machine *m, const struct vmm_state *s,
		uint64_t gva, void *buf, size_t len)
{
	return copy(m, s, gva, buf, NULL, len);
}

size_t vmm_write(const struct vmm_machine *m, const struct vmm_state *s,
		 uint64_t gva, const void *buf, size_t len)
{
	return copy(m, s, gva, NULL, buf, len);
}
