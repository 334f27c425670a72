/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The target description: the table of registers as XML. GDB manual, appendix
 * G. lldb reads the same document, with attributes of its own in it; gdb gets
 * it without, in half as many packets while it attaches.
 */
#include "gdb_packet.h"

const char *const gdb_group_names[] = {
	[GDB_GROUP_GENERAL] = "general",
	[GDB_GROUP_FLOAT] = "float",
	[GDB_GROUP_VECTOR] = "vector",
	[GDB_GROUP_SYSTEM] = "system",
};

static void attribute(struct gdb_window *w, const char *name, const char *value)
{
	win_str(w, " ");
	win_str(w, name);
	win_str(w, "=\"");
	win_xml(w, value);
	win_str(w, "\"");
}

static void number(struct gdb_window *w, const char *name, long value)
{
	win_str(w, " ");
	win_str(w, name);
	win_str(w, "=\"");
	win_dec(w, value);
	win_str(w, "\"");
}

#ifdef CONFIG_LIBUKGDB_LLDB
static void for_lldb(struct gdb_window *w, unsigned int nr)
{
	const struct gdb_reg_desc *r = &w->s->t->regs[nr];
	static const char *const encodings[] = {
		[GDB_ENC_UINT] = "uint",
		[GDB_ENC_IEEE754] = "ieee754",
		[GDB_ENC_VECTOR] = "vector",
	};
	const char *generic = gdb_generic_name(r->generic);

	if (!w->s->thread_suffix)
		return;
	number(w, "regnum", nr);
	attribute(w, "encoding", encodings[w->s->t->types[r->type].encoding]);
	if (generic)
		attribute(w, "generic", generic);
	if (r->dwarf >= 0) {
		number(w, "dwarf_regnum", r->dwarf);
		number(w, "ehframe_regnum", r->dwarf);
	}
}
#else
static void for_lldb(struct gdb_window *w __unused, unsigned int nr __unused)
{
}
#endif

static void one_register(struct gdb_window *w, unsigned int nr)
{
	const struct gdb_reg_desc *r = &w->s->t->regs[nr];

	win_str(w, "<reg");
	attribute(w, "name", r->name);
	number(w, "bitsize", r->bits);
	attribute(w, "type", w->s->t->types[r->type].name);
	attribute(w, "group", gdb_group_names[r->group]);
	/* gdb puts back what a function that it calls may have changed */
	if (r->group == GDB_GROUP_SYSTEM)
		attribute(w, "save-restore", "no");
	for_lldb(w, nr);
	win_str(w, "/>\n");
}

static int description(struct gdb_session *s, struct gdb_rx *rx)
{
	const struct gdb_target *t = s->t;
	struct gdb_window w;
	unsigned int i, nr = 0;
	int error;

	if (!rx_word(rx, "target.xml:")) {
		tx_str(s, "E00"); /* there is no such document */
		return GDB_SENT;
	}
	error = gdb_window_begin(&w, s, rx);
	if (error)
		return error;
	win_str(&w, "<?xml version=\"1.0\"?>\n"
		    "<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n"
		    "<target version=\"1.0\">\n<architecture>");
	win_xml(&w, t->arch);
	win_str(&w, "</architecture>\n");
	if (t->osabi) {
		win_str(&w, "<osabi>");
		win_xml(&w, t->osabi);
		win_str(&w, "</osabi>\n");
	}
	for (i = 0; i < t->n_features && !w.more; i++) {
		unsigned int end = i + 1 < t->n_features
					   ? t->features[i + 1].first
					   : t->n_regs;

		win_str(&w, "<feature");
		attribute(&w, "name", t->features[i].name);
		win_str(&w, ">\n");
		if (t->features[i].types)
			win_str(&w, t->features[i].types);
		for (; nr < end && !w.more; nr++)
			one_register(&w, nr);
		win_str(&w, "</feature>\n");
	}
	win_str(&w, "</target>\n");
	return gdb_window_end(&w);
}

GDB_COMMAND("qXfer:features:read:*", features, description);
GDB_ANNOUNCE(";qXfer:features:read+", features, __NULL);
