/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Writes a core file: after the screen of a crash, or for uk_dump(). Nothing
 * else runs meanwhile: interrupts are off. No heap, no lock; a fault in here
 * is a crash in a step of the crash path, which goes on with the next one.
 */
#include <string.h>
#include <uk/arch/fpstate.h>
#include <uk/arch/lcpu.h>
#include <uk/arch/tls.h>
#include <uk/console.h>
#include <uk/crash.h>
#include <uk/dump.h>
#include <uk/init.h>
#include <uk/lcpu.h>
#include <uk/nofault.h>
#include <uk/param.h>
#include <uk/percpu.h>
#include <uk/plat/image.h>
#include <uk/plat/time.h>
#include <uk/print.h>
#include <uk/snprintf.h>
#include <uk/thread.h>
#include "dump_internal.h"

/* The last but the machine's end, see <uk/crash.h>. */
#define PRIO_CRASH 7

UK_PARAM(dump, console, &uk_console_wanted[UK_CONSOLE_DUMP], charp,
	 "console that a core file is written to: its name, or none");

static _Bool packed;
UK_PARAM(dump, pack, &packed, bool,
	 "pack the core file, for a slow line; support/run unpacks it");

static char *image_path;
UK_PARAM(dump, image, &image_path, charp,
	 "path of the image on the host, for debuggers");

static char *memory = "used";
UK_PARAM(dump, memory, &memory, charp,
	 "memory in a core file: all, used or stacks");

static enum dump_memory which = DUMP_MEMORY_USED;
static char args[80]; /* what the note has room for */
static int busy;

static int memory_parse(void)
{
	static const char *const names[] = {
		[DUMP_MEMORY_ALL] = "all",
		[DUMP_MEMORY_USED] = "used",
		[DUMP_MEMORY_STACKS] = "stacks",
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++) {
		if (!strcmp(memory, names[i])) {
			which = (enum dump_memory)i;
			return 0;
		}
	}
	uk_pr_err("dump.memory=%s: use all, used or stacks\n", memory);
	return -ECANCELED; /* said */
}

static int init(struct uk_init_ctx *ctx)
{
	__sz len;

	uk_snprintf(args, sizeof(args), "%s", uk_app_name);
	len = strlen(args);
	for (int i = 1; i < ctx->argc; i++) {
		__sz n = strlen(ctx->argv[i]);

		if (len + 1 + n >= sizeof(args))
			break;
		args[len] = ' ';
		memcpy(args + len + 1, ctx->argv[i], n);
		len += n + 1;
	}
	return memory_parse();
}

uk_late_initcall_prio(init, 0, 0);

/* --- notes -----------------------------------------------------------------*/

/* Vector registers of one thread. */
static __u8 fp[UKARCH_FPSTATE_SIZE_MAX] __aligned(UKARCH_FPSTATE_ALIGN);

/* In the call: the address after it may be in another function. */
static void into_call(struct __regs *regs)
{
	ukarch_regs_set_pc(regs, ukarch_regs_pc(regs) - UKARCH_INSN_UNIT);
}

/* The same of another CPU, if it stopped in a call: as it crashes, too. */
static void cpu_into_call(unsigned int cpu, struct __regs *regs)
{
	const struct ukarch_trap_ctx *trap = uk_lcpu_trap(cpu);

	if (trap && trap->trapnr == UK_LCPU_NO_TRAP)
		into_call(regs);
}

/* A thread that does not run here; none if its registers cannot be read. */
static void waiting(struct dump_sink *sink, struct uk_thread *t, int signal)
{
	const void *regs = uk_thread_regs(t), *vectors = uk_thread_fpstate(t);
	struct __regs general;
	struct dump_thread thread = { .id = t->id,
				      .regs = &general,
				      .tls = t->tls };
	__sz len = ukarch_fpstate_size();

	if (!regs || uk_nofault_memcpy((char *)&general, regs, sizeof(general),
				       0) != sizeof(general))
		return;
	if (vectors && uk_nofault_memcpy((char *)fp, vectors, len, 0) == len)
		thread.fp = fp;
	cpu_into_call((unsigned int)uk_thread_cpu(t), &general);
	dump_notes_thread(sink, &thread, signal);
}

/* CPUs that have stopped, and have no thread. */
static void bare_cpus(struct dump_sink *sink, int signal)
{
	for (unsigned int i = 0; i < ukplat_lcpu_count(); i++) {
		const struct ukarch_trap_ctx *trap = uk_lcpu_trap(i);
		struct __regs regs;
		struct dump_thread thread = { .id = uk_thread_id_on(i),
					      .regs = &regs,
					      .fp = uk_lcpu_fpstate(i) };

		if (i == ukplat_lcpu_id() || uk_thread_on(i) || !trap)
			continue;
		regs = *trap->regs;
		cpu_into_call(i, &regs);
		dump_notes_thread(sink, &thread, signal);
	}
}

/* The thread that runs comes first. All name the signal, as with Linux: BFD
 * takes the last one.
 */
static void notes(struct dump_sink *sink, const struct dump_process *process,
		  const struct dump_thread *first)
{
	const struct uk_thread *self = uk_thread_current();
	struct uk_thread *t = __NULL;

	dump_notes_thread(sink, first, process->signal);
	dump_notes_process(sink, process);
	while ((t = uk_thread_next(t)))
		if (t != self)
			waiting(sink, t, process->signal);
	bare_cpus(sink, process->signal);
}

static void count(struct dump_sink *sink __unused, const void *buf __unused,
		  __sz len __unused)
{
}

/* --- the file --------------------------------------------------------------*/

/* Fewer and longer runs, until they find room. */
static int collect(struct dump_layout *l)
{
	static struct dump_run runs[CONFIG_LIBUKDUMP_RUNS];
	__u64 zero_min = CONFIG_LIBUKDUMP_ZERO_KB * 1024UL;
	int rc;

	do {
		dump_layout_init(l, runs, ARRAY_SIZE(runs), zero_min);
		rc = dump_memory(l, which);
		zero_min *= 8;
	} while (rc && zero_min < 1UL << 40);
	return rc;
}

static void write_image(struct dump_sink *sink, const struct dump_layout *l)
{
	for (__sz i = 0; i < l->count; i++) {
		const struct dump_run *run = &l->runs[i];

		if (run->kind != DUMP_IMAGE)
			continue;
		dump_put(sink, __NULL, run->offset - sink->at);
		dump_memory_write(sink, run);
	}
}

static int write(struct uk_dump_out *out, int pack,
		 const struct dump_process *process,
		 const struct dump_thread *first)
{
	struct uk_elf_ehdr ehdr = { .machine = dump_arch_machine };
	struct dump_sink counter = { .put = count }, *sink;
	struct uk_elf_phdr phdr;
	struct dump_layout l;
	int lacks = collect(&l), rc;

	notes(&counter, process, first);
	dump_layout_end(&l, counter.at);
	if (out->begin)
		out->begin(out, l.size);
	sink = dump_out_begin(out, pack);
	dump_layout_ehdr(&l, &ehdr);
	dump_put(sink, &ehdr, sizeof(ehdr));
	for (__sz i = 0; i <= l.count; i++) {
		dump_layout_phdr(&l, i, counter.at, &phdr);
		dump_put(sink, &phdr, sizeof(phdr));
	}
	notes(sink, process, first);
	write_image(sink, &l);
	for (__sz i = 0; i < l.count; i++)
		if (l.runs[i].kind == DUMP_DATA)
			dump_memory_write(sink, &l.runs[i]);
	rc = dump_out_end();
	if (rc)
		uk_pr_err("core file: %s takes no more, after %lu KiB\n",
			  out->name, sink->at / 1024);
	else
		uk_pr_info("core file: %lu KiB on %s\n", l.size / 1024,
			   out->name);
	if (lacks)
		uk_pr_warn("core file: %lu pieces of memory are missing "
			   "(LIBUKDUMP_RUNS=%d)\n",
			   l.dropped, CONFIG_LIBUKDUMP_RUNS);
	return rc ? rc : lacks;
}

static int dump(struct uk_dump_out *out, int pack, const struct __regs *regs,
		int signal, __u64 address)
{
	static __u8 own_fp[UKARCH_FPSTATE_SIZE_MAX] __aligned(
		UKARCH_FPSTATE_ALIGN);
	struct dump_process process = {
		.name = uk_app_name,
		.args = args[0] ? args : uk_app_name,
		.image = image_path,
		.elf = uk_image_elf(),
		.signal = signal,
		.address = address,
	};
	struct dump_thread first = { .id = uk_thread_id_on(uk_percpu_id()),
				     .regs = regs,
				     .fp = own_fp,
				     .tls = ukarch_tls_pointer() };
	int rc;

	if (busy)
		return -EBUSY;
	busy = 1;
	ukarch_fpstate_save(own_fp);
	rc = write(out, pack, &process, &first);
	busy = 0;
	return rc;
}

static __ssz to_console(struct uk_dump_out *out, const char *buf, __sz len)
{
	return uk_console_out(out->arg, buf, len);
}

static int console(struct uk_dump_out *out)
{
	struct uk_console *con = uk_console_get(UK_CONSOLE_DUMP);

	if (!con)
		return -ENODEV;
	*out = (struct uk_dump_out){ .name = con->name,
				     .write = to_console,
				     .arg = con };
	return 0;
}

/* In a trap it is the interrupted program that is of interest, and the clock is
 * the handler's: a debugger has stopped it.
 */
static int dump_now(struct uk_dump_out *out, int pack)
{
	const struct ukarch_trap_ctx *trap = uk_percpu_read(trap);
	unsigned long flags = ukarch_irq_save();
	enum uk_lcpu_stop stop;
	struct __regs regs;
	int rc;

	ukarch_regs_capture(&regs);
	do
		stop = uk_lcpu_stop_others(__NULL);
	while (stop == UK_LCPU_LATE);
	if (!trap)
		ukplat_clock_stop();
	rc = dump(out, pack, trap ? trap->regs : &regs, 0, 0);
	if (!trap)
		ukplat_clock_resume();
	if (stop == UK_LCPU_ALONE)
		uk_lcpu_resume_others();
	ukarch_irq_restore(flags);
	return rc;
}

int uk_dump(void)
{
	struct uk_dump_out out;
	int rc = console(&out);

	return rc ? rc : dump_now(&out, packed);
}

int uk_dump_to(struct uk_dump_out *out)
{
	return dump_now(out, 0);
}

/* Linux' number of the signal that a program would get. */
static int signal_of(const struct uk_crash_info *info)
{
	const int sigbus = 7;
	int signal = uk_crash_signal(info);

	return signal == UK_CRASH_SIGBUS ? sigbus : signal;
}

static int on_crash(void *data)
{
	const struct uk_crash_info *info = data;
	struct __regs regs = *info->regs;
	__u64 address = info->trap && info->trap->addr_valid
				? info->trap->fault_address
				: 0;
	struct uk_dump_out out;

	if (!info->trap)
		into_call(&regs);
	busy = 0; /* what crashed may have been a dump */
	if (!console(&out))
		dump(&out, packed, &regs, signal_of(info), address);
	return UK_EVENT_HANDLED_CONT;
}
UK_EVENT_HANDLER_PRIO(UK_EVENT_CRASH, on_crash, PRIO_CRASH);
