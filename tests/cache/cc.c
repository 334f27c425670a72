/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026, The Vitrine Authors
 *
 * A compiler's name before ccache's, for the build of images in the tests. It
 * gives ccache a config.h with just those options that the library names, in
 * place of the image's:
 *
 *   -D__LIBNAME__="libukfoo" -include IMAGE/include/config.h
 *   -> -include $CACHE_OPTIONS/HASH/config.h
 *
 * Images that differ in other options then give the same command, for which
 * ccache needs no preprocessor (its direct mode). tests/cache/set-up writes the
 * names to $CACHE_OPTIONS/libukfoo, one a line. Where there is no such file, as
 * for an application, all options are in it. With CCACHE_DISABLE the command
 * stays as it is.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LIBNAME "-D__LIBNAME__=\""
#define DEFINE "#define "

/* The whole file and a NUL, or NULL. */
static char *read_file(const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY);
	char *text = NULL;

	if (fd >= 0 && !fstat(fd, &st) && (text = malloc(st.st_size + 2))) {
		text[0] = '\n'; /* so that each line has one on both sides */
		if (read(fd, text + 1, st.st_size) != st.st_size)
			text[0] = '\0';
		text[st.st_size + 1] = '\0';
	}
	if (fd >= 0)
		close(fd);
	return text && text[0] ? text : NULL;
}

/* The lines of config.h that define an option in names, where each stands
 * between line ends. */
static char *chosen(char *config, const char *names)
{
	char *out = calloc(1, strlen(config) + 1), *end = out;

	for (char *line = strtok(config, "\n"); line;
	     line = strtok(NULL, "\n")) {
		char name[128];

		if (sscanf(line, DEFINE "%125s", name + 1) != 1)
			continue;
		name[0] = '\n';
		strcat(name, "\n");
		if (strstr(names, name))
			end += sprintf(end, "%s\n", line);
	}
	return out;
}

/* The path of a file with this text, which is written unless it exists. */
static char *store(const char *folder, const char *text)
{
	static char path[4096], part[4200];
	uint64_t hash = 14695981039346656037u; /* FNV-1a */
	FILE *file;

	for (const char *c = text; *c; c++)
		hash = (hash ^ (unsigned char)*c) * 1099511628211u;
	snprintf(path, sizeof(path), "%s/%016llx", folder,
		 (unsigned long long)hash);
	if (mkdir(path, 0777) && errno != EEXIST)
		return NULL;
	strcat(path, "/config.h");
	if (!access(path, R_OK))
		return path;
	snprintf(part, sizeof(part), "%s.%d", path, (int)getpid());
	file = fopen(part, "w");
	if (!file || fputs(text, file) < 0 || fclose(file) ||
	    rename(part, path))
		return NULL;
	return path;
}

int main(int argc, char **argv)
{
	const char *folder = getenv("CACHE_OPTIONS"),
		   *name = strrchr(argv[0], '/');
	char path[4096], library[64] = "", *names = NULL, *config = NULL;
	int at = 0;

	name = name ? name + 1 : argv[0];
	for (int i = 1; i < argc; i++) {
		sscanf(argv[i], LIBNAME "%63[a-z0-9_-]", library);
		if (!strcmp(argv[i], "-include"))
			at = i + 1;
	}
	if (folder && at && at < argc && library[0] &&
	    !getenv("CCACHE_DISABLE")) {
		snprintf(path, sizeof(path), "%s/%s", folder, library);
		names = read_file(path);
		config = read_file(argv[at]);
	}
	if (config) {
		char *mine =
			store(folder, names ? chosen(config, names) : config);

		if (mine)
			argv[at] = mine;
	}
	snprintf(path, sizeof(path), "/usr/lib/ccache/%s", name);
	argv[0] = path;
	execv(path, argv);
	perror(path);
	return 127;
}
