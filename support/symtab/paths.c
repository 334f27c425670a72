/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * One spelling for each source file: compilers write "./a/../b.c" and "b.c"
 * for the same one, depending on who included it from where.
 *
 * A relative path may be relative to the folder of the compilation, or (from
 * -ffile-prefix-map, which cuts the front off an absolute path) to the source
 * tree. It is the former if the folder is absolute, as then nothing was cut
 * off, and if the path climbs.
 */
#include <stdlib.h>
#include <string.h>

#include "model.h"

/* Appends the components of path to the n already in part. A component is a
 * piece of path itself, which is cut up.
 */
static size_t split(char *path, char **part, size_t n)
{
	char *s;

	for (s = strtok(path, "/"); s; s = strtok(NULL, "/")) {
		if (!strcmp(s, "."))
			continue;
		if (!strcmp(s, "..") && n > 0 && strcmp(part[n - 1], ".."))
			n--;
		else
			part[n++] = s;
	}
	return n;
}

/* Cuts the front off a path that is too long for the guest. */
static const char *shorten(char *path)
{
	size_t len = strlen(path);

	if (len < SYMTAB_PATH_MAX)
		return path;
	path += len - (SYMTAB_PATH_MAX - 1);
	memcpy(path, "...", 3);
	return path;
}

uint32_t path_intern(struct strings *s, const char *folder, const char *path)
{
	char *copy, *canonical, **part;
	int absolute;
	size_t n, i;
	uint32_t id;

	if (!path)
		path = "";
	if (!folder || path[0] == '/' ||
	    (folder[0] != '/' && strncmp(path, "../", 3)))
		folder = "";
	absolute = folder[0] == '/' || (!folder[0] && path[0] == '/');
	n = strlen(folder) + strlen(path) + 2;
	copy = xcalloc(n, 1);
	canonical = xcalloc(n + 1, 1);
	part = xcalloc(n, sizeof(*part));
	strcat(strcat(strcpy(copy, folder), "/"), path);
	n = split(copy, part, 0);
	for (i = 0; i < n; i++) {
		if (i || absolute)
			strcat(canonical, "/");
		strcat(canonical, part[i]);
	}
	id = strings_intern(s, shorten(canonical));
	free(part);
	free(canonical);
	free(copy);
	return id;
}

void sort_paths(struct model *m)
{
	uint32_t *map = strings_sort(&m->paths);
	size_t i;

	for (i = 0; i < m->nlines; i++)
		if (m->lines[i].path)
			m->lines[i].path = map[m->lines[i].path - 1] + 1;
	for (i = 0; i < m->nnodes; i++)
		m->nodes[i].path = map[m->nodes[i].path];
	free(map);
}
