/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Tracepoints: places in the code that leave an event in a ring while they are
 * on. Off, one is a nop; its arguments are computed only if it is on.
 *
 *	UK_TRACEPOINT_FIELDS(trace_web_request, "%s: %u bytes",
 *			     const char *, path, __u32, bytes);
 *	...
 *	trace_web_request(path, len);
 *
 * The event is named "web_request": a leading trace_ is not part of it. The
 * record of the tracepoint is all that readers know about it: its name, its
 * fields, their types. Parameter trace.on, command `tracepoints` and
 * uk_trace_switch() switch tracepoints on by their names.
 *
 * An event is what struct uk_trace_event begins, then the fields, aligned as C
 * does. A text (char * and const char *) is copied, cut to UK_TRACE_TEXT_MAX.
 *
 * Without LIBUKTRACE a tracepoint is an empty function, and so it is in C++.
 */
#ifndef __UK_TRACE_H__
#define __UK_TRACE_H__

#include <uk/table.h>
#ifdef CONFIG_LIBUKTRACE
#include <uk/arch/lcpu.h>
#include <uk/arch/site.h>
#endif

#define UK_TRACE_TEXT_MAX 24 /* bytes of a text, with the end */
#define UK_TRACE_FIELDS_MAX 8

enum uk_trace_kind {
	UK_TRACE_UNSIGNED = 0,
	UK_TRACE_SIGNED,
	UK_TRACE_POINTER,
	UK_TRACE_FLOAT,
	UK_TRACE_TEXT,
};

/* A field of an event; support/trace reads these records from the image. */
struct uk_trace_field {
	const char *name;
	__u16 offset; /* in the event */
	__u16 size;
	__u32 kind; /* enum uk_trace_kind */
};

struct uk_tracepoint {
	const char *name;
	const char *format; /* as the declaration gives it */
	const struct uk_trace_field *fields;
	_Bool *on;
	__u32 fields_count;
	__u32 size; /* of an event, a multiple of 8 */
};

/* What each event begins with. */
struct uk_trace_event {
	__nsec time; /* ukplat_monotonic_clock() */
	/* Its position in the ring / 8 + 1 when it is complete. */
	__u32 tag;
	__u16 id;     /* the tracepoint: low bits of its record's address / 8 */
	__u16 thread; /* low bits of the thread's number, 0: there is none */
};

/* Where a tracepoint is in the code; the macro's. */
struct uk_trace_site {
	__u64 site;   /* the nop */
	__u64 target; /* where it leads while the tracepoint is on */
	const struct uk_tracepoint *point;
};

UK_TABLE_DECLARE(tracepoint, struct uk_tracepoint);

#if defined(CONFIG_LIBUKTRACE) && !defined(__cplusplus)
/* An event that is being written. */
struct uk_trace_writer {
	struct uk_trace_event *event; /* NULL: there is no room */
	__u64 tag;		      /* that completes it */
};

/**
 * Reserves the next event of a tracepoint on this CPU. The macro's; cold, so
 * that compilers put what leads there out of the way.
 *
 * @return the event, with time, thread and id; its fields are the caller's to
 *   write, then uk_trace_end()
 * Contexts: any with interrupts off; NMIs and faults may come in between.
 */
struct uk_trace_writer uk_trace_begin(const struct uk_tracepoint *point)
	__attribute__((cold));

/** Completes an event. The macro's. */
static inline void uk_trace_end(struct uk_trace_writer writer)
{
	__atomic_store_n(&writer.event->tag, (__u32)writer.tag,
			 __ATOMIC_RELEASE);
}

/** Copies the text to which *pointer points, cut to fit; NULL is "(null)". The
 * macro's.
 */
void uk_trace_text(char to[UK_TRACE_TEXT_MAX], const void *pointer);
#endif

#ifdef CONFIG_LIBUKTRACE
/**
 * Reads the events of a CPU in their order, while others are added.
 *
 * @param pos where to go on: 0 for the oldest; receives the position behind
 *   the event
 * @param event receives it with its fields, size bytes at most; longer ones are
 *   left out, none is longer than UK_TRACE_EVENT_MAX
 * @return its tracepoint, NULL after the newest one. Contexts: any.
 */
const struct uk_tracepoint *uk_trace_next(unsigned int cpu, __u64 *pos,
					  struct uk_trace_event *event,
					  __sz size);

#define UK_TRACE_EVENT_MAX               \
	(sizeof(struct uk_trace_event) + \
	 UK_TRACE_FIELDS_MAX * UK_TRACE_TEXT_MAX)

/**
 * An event's fields in words: "path=index.html bytes=12", addresses of the
 * image with their symbol.
 *
 * @return its length; the text in buf is terminated, cut to fit. Contexts: any.
 */
int uk_trace_words(const struct uk_tracepoint *point,
		   const struct uk_trace_event *event, char *buf, __sz len);

#define UK_TRACE_LINE_MAX 384 /* bytes of a line of uk_trace_last() */

/**
 * Shows the last events of a CPU, the oldest first, each as a line:
 * "[    0.034129174] cpu 0 thread 1 sched_ready which=6 cpu=0".
 *
 * @param count how many at most
 * @param line takes each, terminated, without newline. Contexts: any.
 */
void uk_trace_last(unsigned int cpu, __u64 count,
		   void (*line)(const char *text, void *arg), void *arg);

/**
 * Bytes of a CPU's events since boot, those that were overwritten included.
 *
 * @param discarded receives how many events found no room. Contexts: any.
 */
__u64 uk_trace_bytes(unsigned int cpu, __u64 *discarded);

/**
 * A CPU's events since boot, those that were overwritten included. Contexts:
 * any.
 */
__u64 uk_trace_written(unsigned int cpu);

#define UK_TRACE_RING_HEAD 48 /* bytes before those of the events */

/**
 * The ring of a CPU, to be copied: it is written to meanwhile. What lies more
 * than a ring before uk_trace_bytes() after the copy is not to be trusted.
 *
 * @param size receives its bytes, with UK_TRACE_RING_HEAD
 * @return the struct of lib/uktrace/trace_internal.h. Contexts: any.
 */
const void *uk_trace_ring(unsigned int cpu, __sz *size);

/** Forgets the events of all CPUs. Contexts: any. */
void uk_trace_clear(void);

/**
 * Switches tracepoints.
 *
 * @param names one or several, separated by commas; * stands for any letters,
 *   ? for one: "sched_*,heap_?lloc"
 * @return how many have such a name; -ENOENT if a pattern fits none (those
 *   before it are switched); -EBUSY if something else was written to the code,
 *   a breakpoint of a debugger; -EAGAIN before page tables are final (init
 * class plat, priority 3). Contexts: init, thread, trap: it may stop the other
 * CPUs.
 */
int uk_trace_switch(const char *names, int on);

#define UK_TRACE_ANSWER_MAX 200 /* bytes of uk_trace_switch_words() */

/**
 * uk_trace_switch(), and what became of it in words: "4 on", "26 off, 3 of them
 * already", or why it refused.
 *
 * @return as uk_trace_switch(); the text in buf is terminated, cut to fit.
 *   Contexts: the same.
 */
int uk_trace_switch_words(const char *names, int on, char *buf, __sz len);

/**
 * Lists the tracepoints of the image, each as a line: on or not, name, format.
 *
 * @param line takes each, terminated, without newline. Contexts: any.
 */
void uk_trace_list(void (*line)(const char *text, void *arg), void *arg);
#endif

/**
 * Declares a tracepoint at file scope: the function trace_name(type1, ...),
 * which leaves an event while the tracepoint is on.
 *
 * @param trace_name the function; the event is named without a leading trace_
 * @param format shows an event to people, as printf() does; a constant
 * @param ... at most UK_TRACE_FIELDS_MAX types of the arguments: integers,
 *   pointers, texts, and in applications floating point; the fields are named
 *   arg1, arg2, ...
 * Contexts of the function: any, if its texts are readable there.
 */
#define UK_TRACEPOINT(trace_name, format, ...) \
	UK_TRACEPOINT_FIELDS(                  \
		trace_name, format,            \
		__UK_CONCAT(_UK_TRACE_NAMED_,  \
			    _UK_TRACE_COUNT(__VA_ARGS__))(__VA_ARGS__))

/** The same with names: type1, name1, type2, name2, ... */
#define UK_TRACEPOINT_FIELDS(trace_name, format, ...) \
	_UK_TRACEPOINT(trace_name, format __VA_OPT__(, ) __VA_ARGS__)

/* --- how it is made ------------------------------------------------------ */

#define _UK_TRACE_COUNT(...)                                                   \
	_UK_TRACE_COUNT_(_ __VA_OPT__(, ) __VA_ARGS__, 16, 15, 14, 13, 12, 11, \
			 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
#define _UK_TRACE_COUNT_(_, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, \
			 count, ...)                                        \
	count

/* arg1, arg2, … for types without names */
#define _UK_TRACE_NAMED_0(...)
#define _UK_TRACE_NAMED_1(a) a, arg1
#define _UK_TRACE_NAMED_2(a, b) _UK_TRACE_NAMED_1(a), b, arg2
#define _UK_TRACE_NAMED_3(a, b, c) _UK_TRACE_NAMED_2(a, b), c, arg3
#define _UK_TRACE_NAMED_4(a, b, c, d) _UK_TRACE_NAMED_3(a, b, c), d, arg4
#define _UK_TRACE_NAMED_5(a, b, c, d, e) _UK_TRACE_NAMED_4(a, b, c, d), e, arg5
#define _UK_TRACE_NAMED_6(a, b, c, d, e, f) \
	_UK_TRACE_NAMED_5(a, b, c, d, e), f, arg6
#define _UK_TRACE_NAMED_7(a, b, c, d, e, f, g) \
	_UK_TRACE_NAMED_6(a, b, c, d, e, f), g, arg7
#define _UK_TRACE_NAMED_8(a, b, c, d, e, f, g, h) \
	_UK_TRACE_NAMED_7(a, b, c, d, e, f, g), h, arg8

/* m(layout, type, name) for each field */
#define _UK_TRACE_EACH(m, s, ...)                                  \
	__UK_CONCAT(_UK_TRACE_EACH_, _UK_TRACE_COUNT(__VA_ARGS__)) \
	(m, s __VA_OPT__(, ) __VA_ARGS__)
#define _UK_TRACE_EACH_0(m, s, ...)
#define _UK_TRACE_EACH_2(m, s, t, f) m(s, t, f)
#define _UK_TRACE_EACH_4(m, s, t, f, ...) \
	m(s, t, f) _UK_TRACE_EACH_2(m, s, __VA_ARGS__)
#define _UK_TRACE_EACH_6(m, s, t, f, ...) \
	m(s, t, f) _UK_TRACE_EACH_4(m, s, __VA_ARGS__)
#define _UK_TRACE_EACH_8(m, s, t, f, ...) \
	m(s, t, f) _UK_TRACE_EACH_6(m, s, __VA_ARGS__)
#define _UK_TRACE_EACH_10(m, s, t, f, ...) \
	m(s, t, f) _UK_TRACE_EACH_8(m, s, __VA_ARGS__)
#define _UK_TRACE_EACH_12(m, s, t, f, ...) \
	m(s, t, f) _UK_TRACE_EACH_10(m, s, __VA_ARGS__)
#define _UK_TRACE_EACH_14(m, s, t, f, ...) \
	m(s, t, f) _UK_TRACE_EACH_12(m, s, __VA_ARGS__)
#define _UK_TRACE_EACH_16(m, s, t, f, ...) \
	m(s, t, f) _UK_TRACE_EACH_14(m, s, __VA_ARGS__)

/* the function's parameters */
#define _UK_TRACE_PARAMS(...)                                        \
	__UK_CONCAT(_UK_TRACE_PARAMS_, _UK_TRACE_COUNT(__VA_ARGS__)) \
	(__VA_ARGS__)
#define _UK_TRACE_PARAMS_0(...) void
#define _UK_TRACE_PARAMS_2(t, f) t f
#define _UK_TRACE_PARAMS_4(t, f, ...) t f, _UK_TRACE_PARAMS_2(__VA_ARGS__)
#define _UK_TRACE_PARAMS_6(t, f, ...) t f, _UK_TRACE_PARAMS_4(__VA_ARGS__)
#define _UK_TRACE_PARAMS_8(t, f, ...) t f, _UK_TRACE_PARAMS_6(__VA_ARGS__)
#define _UK_TRACE_PARAMS_10(t, f, ...) t f, _UK_TRACE_PARAMS_8(__VA_ARGS__)
#define _UK_TRACE_PARAMS_12(t, f, ...) t f, _UK_TRACE_PARAMS_10(__VA_ARGS__)
#define _UK_TRACE_PARAMS_14(t, f, ...) t f, _UK_TRACE_PARAMS_12(__VA_ARGS__)
#define _UK_TRACE_PARAMS_16(t, f, ...) t f, _UK_TRACE_PARAMS_14(__VA_ARGS__)

#if defined(CONFIG_LIBUKTRACE) && !defined(__cplusplus)

#define _UK_TRACE_IS_TEXT(t)                              \
	(__builtin_types_compatible_p(t, const char *) || \
	 __builtin_types_compatible_p(t, char *))

/* enum uk_trace_kind of a type; the numbers are the compilers' classes. */
#define _UK_TRACE_CLASS_INT 1
#define _UK_TRACE_CLASS_POINTER 5
#define _UK_TRACE_CLASS_REAL 8
#define _UK_TRACE_INT(t)                                                  \
	__typeof__(__builtin_choose_expr(__builtin_classify_type((t)0) == \
						 _UK_TRACE_CLASS_INT,     \
					 (t)0, 0))
#define _UK_TRACE_KIND(t)                                                 \
	(_UK_TRACE_IS_TEXT(t) ? UK_TRACE_TEXT                             \
	 : __builtin_classify_type((t)0) == _UK_TRACE_CLASS_POINTER       \
		 ? UK_TRACE_POINTER                                       \
	 : __builtin_classify_type((t)0) == _UK_TRACE_CLASS_REAL          \
		 ? UK_TRACE_FLOAT                                         \
	 : (_UK_TRACE_INT(t)) - 1 < (_UK_TRACE_INT(t))1 ? UK_TRACE_SIGNED \
							: UK_TRACE_UNSIGNED)

#define _UK_TRACE_MEMBER(s, t, f)                                        \
	__typeof__(*__builtin_choose_expr(_UK_TRACE_IS_TEXT(t),          \
					  (char(*)[UK_TRACE_TEXT_MAX])0, \
					  (t *)0)) f;
#define _UK_TRACE_FIELD(s, t, f) \
	{ #f, __offsetof(s, f), sizeof(((s *)0)->f), _UK_TRACE_KIND(t) },
#define _UK_TRACE_STORE(s, t, f)                        \
	if (_UK_TRACE_IS_TEXT(t))                       \
		uk_trace_text((char *)&__event->f, &f); \
	else                                            \
		__builtin_memcpy(&__event->f, &f,       \
				 MIN(sizeof(f), sizeof(__event->f)));

#define _UK_TRACEPOINT(trace_name, fmt, ...)                                   \
	struct _uk_layout_##trace_name {                                       \
		struct uk_trace_event head;                                    \
		_UK_TRACE_EACH(_UK_TRACE_MEMBER, _ __VA_OPT__(, ) __VA_ARGS__) \
	} __aligned(8);                                                        \
	static const struct uk_trace_field _uk_fields_##trace_name[] = {       \
		_UK_TRACE_EACH(_UK_TRACE_FIELD,                                \
			       struct _uk_layout_##trace_name __VA_OPT__(, )   \
				       __VA_ARGS__)                            \
	};                                                                     \
	static _Bool _uk_on_##trace_name;                                      \
	UK_TABLE_RECORD(tracepoint, struct uk_tracepoint, 5,                   \
			_uk_tracepoint_##trace_name) = {                       \
		&#trace_name[__builtin_strncmp(#trace_name, "trace_", 6) ? 0   \
									 : 6], \
		(fmt),                                                         \
		_uk_fields_##trace_name,                                       \
		&_uk_on_##trace_name,                                          \
		ARRAY_SIZE(_uk_fields_##trace_name),                           \
		sizeof(struct _uk_layout_##trace_name)                         \
	};                                                                     \
	static inline __unused __attribute__((always_inline)) void trace_name( \
		_UK_TRACE_PARAMS(__VA_ARGS__))                                 \
	{                                                                      \
		struct _uk_layout_##trace_name *__event;                       \
		struct uk_trace_writer __writer;                               \
		unsigned long __irq;                                           \
                                                                               \
		__asm__ goto(UKARCH_SITE                                       \
			     ".pushsection .uk_tab.trace_site.5,\"a\"\n"       \
			     ".balign 8\n"                                     \
			     ".quad 1b, %l1, %c0\n"                            \
			     ".popsection"                                     \
			     :                                                 \
			     : "i"(&_uk_tracepoint_##trace_name)               \
			     :                                                 \
			     : __on);                                          \
		return;                                                        \
	__on:                                                                  \
		__irq = ukarch_irq_save();                                     \
		__writer = uk_trace_begin(&_uk_tracepoint_##trace_name);       \
		__event = (void *)__writer.event;                              \
		if (__event) {                                                 \
			_UK_TRACE_EACH(_UK_TRACE_STORE,                        \
				       _ __VA_OPT__(, ) __VA_ARGS__)           \
			uk_trace_end(__writer);                                \
		}                                                              \
		ukarch_irq_restore(__irq);                                     \
	}                                                                      \
	struct __uk_tracepoint

#else
#define _UK_TRACE_IGNORE(s, t, f) (void)f;
#define _UK_TRACEPOINT(trace_name, fmt, ...)                                   \
	static inline __unused void trace_name(_UK_TRACE_PARAMS(__VA_ARGS__))  \
	{                                                                      \
		_UK_TRACE_EACH(_UK_TRACE_IGNORE, _ __VA_OPT__(, ) __VA_ARGS__) \
	}                                                                      \
	struct __uk_tracepoint
#endif

#endif /* __UK_TRACE_H__ */
