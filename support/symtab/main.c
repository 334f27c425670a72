/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * mksymtab: what an image knows about its own code, made from its linked ELF.
 *
 *     mksymtab [tables] [--stats] -o BLOB IMAGE    write the blob
 *     mksymtab [tables] [--stats] --verify IMAGE   compare with the blob in it
 *
 * The build links an image without blob, makes the blob from it and links
 * again with the blob in section .uk_symtab after all that it describes, so
 * that nothing moves; --verify proves that. Exit status: 0, 1 an error or a
 * difference, 2 wrong usage.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "encode.h"

static const char usage_text[] =
	"usage: mksymtab [--syms] [--lines] [--inlines] [--unwind] [--stats]\n"
	"                (-o BLOB | --verify) IMAGE\n"
	"  --syms     symbols (always included)\n"
	"  --lines    source files and lines\n"
	"  --inlines  inlined functions; needs --lines\n"
	"  --unwind   where the frame is not the standard one\n"
	"  --stats    print what each table costs\n"
	"  -o BLOB    write the tables of IMAGE, an ELF with debug information\n"
	"  --verify   compare them with section .uk_symtab of IMAGE\n";

static void usage(void)
{
	fputs(usage_text, stderr);
	exit(2);
}

struct options {
	struct selection what;
	int verify;
	int stats;
	const char *output;
	const char *image;
};

static void parse(int argc, char **argv, struct options *o)
{
	const struct option longs[] = {
		{ "syms", no_argument, NULL, 's' },
		{ "lines", no_argument, &o->what.lines, 1 },
		{ "inlines", no_argument, &o->what.inlines, 1 },
		{ "unwind", no_argument, &o->what.unwind, 1 },
		{ "stats", no_argument, &o->stats, 1 },
		{ "verify", no_argument, &o->verify, 1 },
		{ "output", required_argument, NULL, 'o' },
		{ NULL, 0, NULL, 0 }
	};
	int c;

	memset(o, 0, sizeof(*o));
	while ((c = getopt_long(argc, argv, "o:", longs, NULL)) != -1) {
		if (c == 'o')
			o->output = optarg;
		else if (c != 0 && c != 's')
			usage();
	}
	if (optind != argc - 1 || !o->output == !o->verify ||
	    (o->what.inlines && !o->what.lines))
		usage();
	o->image = argv[optind];
}

static void write_blob(const char *path, const struct blob *b)
{
	FILE *f = fopen(path, "wb");

	if (!f || fwrite(b->bytes.data, 1, b->bytes.len, f) != b->bytes.len ||
	    fclose(f))
		fatal("%s: cannot be written", path);
}

int main(int argc, char **argv)
{
	static struct model m;
	static struct blob b;
	struct options o;

	parse(argc, argv, &o);
	image_open(&m.image, o.image);
	read_symbols(&m);
	demangle_symbols(&m);
	if (!m.image.dwarf && (o.what.lines || o.what.inlines))
		fatal("%s: no debug information", o.image);
	if (o.what.lines)
		read_lines(&m);
	if (o.what.inlines)
		read_inlines(&m);
	if (o.what.unwind)
		read_unwind(&m);
	sort_paths(&m);
	blob_make(&m, &o.what, &b);
	if (o.stats)
		blob_stats(&m, &b);
	if (o.verify)
		return !blob_verify(&m, &b);
	write_blob(o.output, &b);
	return 0;
}
