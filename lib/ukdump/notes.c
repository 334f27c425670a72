/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The notes of a core file; see notes.h.
 */
#include <string.h>
#include "notes.h"

#define NOTE_ALIGN 4UL
#define CORE "CORE"

static const char zeros[512];

void dump_put(struct dump_sink *sink, const void *buf, __sz len)
{
	while (!buf && len > sizeof(zeros)) {
		dump_put(sink, zeros, sizeof(zeros));
		len -= sizeof(zeros);
	}
	sink->put(sink, buf ? buf : zeros, len);
	sink->at += len;
}

static void pad(struct dump_sink *sink, __sz len)
{
	dump_put(sink, __NULL, ALIGN_UP(len, NOTE_ALIGN) - len);
}

void dump_note_begin(struct dump_sink *sink, const char *owner, __u32 type,
		     __sz len)
{
	struct uk_elf_nhdr head = { .namesz = (__u32)strlen(owner) + 1,
				    .descsz = (__u32)len,
				    .type = type };

	dump_put(sink, &head, sizeof(head));
	dump_put(sink, owner, head.namesz);
	pad(sink, head.namesz);
}

void dump_note_end(struct dump_sink *sink, __sz len)
{
	pad(sink, len);
}

void dump_note(struct dump_sink *sink, const char *owner, __u32 type,
	       const void *desc, __sz len)
{
	dump_note_begin(sink, owner, type, len);
	dump_put(sink, desc, len);
	dump_note_end(sink, len);
}

/* --- threads ---------------------------------------------------------------*/

/* struct elf_prstatus up to pr_reg; pr_fpvalid follows. */
struct prstatus {
	__s32 signo, code, error;
	__s16 cursig, pad;
	__u64 sigpend, sighold;
	__s32 pid, ppid, pgrp, sid;
	__u64 times[8]; /* user, system, children's: seconds, microseconds */
};

void dump_notes_thread(struct dump_sink *sink, const struct dump_thread *t,
		       int signal)
{
	struct prstatus status = { .signo = signal,
				   .cursig = (__s16)signal,
				   .pid = (__s32)t->id,
				   .pgrp = 1,
				   .sid = 1 };
	__u64 gregs[DUMP_GREGS_MAX];
	__sz words = dump_arch_gregs(t, gregs) * sizeof(gregs[0]);
	__u64 fpvalid = t->fp != __NULL; /* 4 bytes, and padding */
	__sz len = sizeof(status) + words + sizeof(fpvalid);

	dump_note_begin(sink, CORE, DUMP_NT_PRSTATUS, len);
	dump_put(sink, &status, sizeof(status));
	dump_put(sink, gregs, words);
	dump_put(sink, &fpvalid, sizeof(fpvalid));
	dump_note_end(sink, len);
	dump_arch_notes(sink, t);
}

/* --- the process -----------------------------------------------------------*/

struct prpsinfo {
	__u8 state, sname, zombie, nice, pad[4];
	__u64 flag;
	__u32 uid, gid;
	__s32 pid, ppid, pgrp, sid;
	char fname[16];
	char psargs[80];
};

UK_CTASSERT(sizeof(struct prpsinfo) == 136);
UK_CTASSERT(sizeof(struct uk_elf_siginfo) == 128);

/* Cut to fit, and terminated. */
static void copy(char *to, __sz size, const char *text)
{
	__sz len = MIN(strlen(text), size - 1);

	memcpy(to, text, len);
}

static void auxv(struct dump_sink *sink, const struct uk_elf_ehdr *elf)
{
	const __u64 vector[][2] = {
		{ UK_ELF_AT_PHDR, (__u64)elf + elf->phoff },
		{ UK_ELF_AT_PHENT, elf->phentsize },
		{ UK_ELF_AT_PHNUM, elf->phnum },
		{ UK_ELF_AT_PAGESZ, __PAGE_SIZE },
		{ UK_ELF_AT_ENTRY, elf->entry },
		{ UK_ELF_AT_HWCAP, dump_arch_hwcap() },
		{ UK_ELF_AT_NULL, 0 },
	};

	dump_note(sink, CORE, DUMP_NT_AUXV, vector, sizeof(vector));
}

/* Count and size of a page; start, end and page in the file of each mapping;
 * then their names. The image is mapped page by page: a segment begins on the
 * page that its first byte is on.
 */
static void files(struct dump_sink *sink, const struct dump_process *p)
{
	const struct uk_elf_phdr *ph =
		(const void *)((const char *)p->elf + p->elf->phoff);
	__sz name = strlen(p->image) + 1, count = 0, len;
	__u64 head[2] = { 0, __PAGE_SIZE };

	for (unsigned int i = 0; i < p->elf->phnum; i++)
		count += ph[i].type == UK_ELF_PT_LOAD && ph[i].filesz;
	head[0] = count;
	len = (2 + 3 * count) * sizeof(__u64) + count * name;
	dump_note_begin(sink, CORE, DUMP_NT_FILE, len);
	dump_put(sink, head, sizeof(head));
	for (unsigned int i = 0; i < p->elf->phnum; i++) {
		const __u64 mapping[] = {
			ALIGN_DOWN(ph[i].vaddr, __PAGE_SIZE),
			ALIGN_UP(ph[i].vaddr + ph[i].filesz, __PAGE_SIZE),
			ph[i].offset / __PAGE_SIZE,
		};

		if (ph[i].type == UK_ELF_PT_LOAD && ph[i].filesz)
			dump_put(sink, mapping, sizeof(mapping));
	}
	while (count--)
		dump_put(sink, p->image, name);
	dump_note_end(sink, len);
}

void dump_notes_process(struct dump_sink *sink, const struct dump_process *p)
{
	struct prpsinfo info = { .sname = 'R', .pid = 1, .pgrp = 1, .sid = 1 };
	struct uk_elf_siginfo signal = { .signo = p->signal,
					 .addr = p->address };

	copy(info.fname, sizeof(info.fname), p->name);
	copy(info.psargs, sizeof(info.psargs), p->args);
	dump_note(sink, CORE, DUMP_NT_PRPSINFO, &info, sizeof(info));
	if (p->signal)
		dump_note(sink, CORE, DUMP_NT_SIGINFO, &signal, sizeof(signal));
	if (!p->elf)
		return;
	auxv(sink, p->elf);
	if (p->image)
		files(sink, p);
}
