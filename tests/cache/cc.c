/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026, The Vitrine Authors
 *
 * A compiler's name before ccache's, for the build of images in the tests. It
 * leaves out what cannot change the object: options that the source does not
 * name, and folders in which there is no header for it:
 *
 *   -Ilib/ukbar/include -include IMAGE/include/config.h ... lib/ukfoo/foo.c
 *   -> -include $CACHE_OPTIONS/HASH/config.h ... lib/ukfoo/foo.c
 *
 * Images that differ in the rest then give the same command, which ccache knows
 * without a preprocessor. tests/cache/set-up writes the names that stay to
 * $CACHE_OPTIONS/lib!ukfoo!foo.c, one a line; to $CACHE_OPTIONS/libukfoo for
 * sources of that library (-D__LIBNAME__) outside of the tree. Where there is
 * neither, as for an application, all stays. So it does without -c or with
 * CCACHE_DISABLE.
 * newlib's headers are represented by the key of its build.
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
#define POSIX "-D_POSIX_"

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

/* The names that stay in a command, with a line end on both sides of each, or
 * NULL for all.
 */
static char *names_for(const char *folder, const char *source,
		       const char *library)
{
	char path[4096], *names;
	int at = snprintf(path, sizeof(path), "%s/", folder);

	snprintf(path + at, sizeof(path) - at, "%s", source);
	for (char *c = path + at; *c; c++)
		if (*c == '/')
			*c = '!';
	names = read_file(path);
	if (names || !library[0])
		return names;
	snprintf(path + at, sizeof(path) - at, "%s", library);
	return read_file(path);
}

static int stays(const char *word, const char *names)
{
	char line[4096];

	if (!strncmp(word, POSIX, sizeof(POSIX) - 1))
		word = POSIX; /* all or none of them */
	else if (strncmp(word, "-I", 2) || word[2] == '/')
		return 1;
	snprintf(line, sizeof(line), "\n%s\n", word);
	return strstr(names, line) != NULL;
}

/* newlib's headers are a system's, which stand in no dependency file. */
static void add_key(const char *include)
{
	char stamp[4096];

	snprintf(stamp, sizeof(stamp), "%s/../stamp", include);
	if (!access(stamp, R_OK))
		setenv("CCACHE_EXTRAFILES", stamp, 1);
}

int main(int argc, char **argv)
{
	const char *folder = getenv("CACHE_OPTIONS"),
		   *name = strrchr(argv[0], '/');
	char path[4096], library[64] = "", *names = NULL, *config = NULL;
	int at = 0, left = 1, compiles = 0;

	name = name ? name + 1 : argv[0];
	for (int i = 1; i < argc; i++) {
		sscanf(argv[i], LIBNAME "%63[a-z0-9_-]", library);
		compiles |= !strcmp(argv[i], "-c");
		if (!strcmp(argv[i], "-include"))
			at = i + 1;
		if (!strcmp(argv[i], "-isystem") && i + 1 < argc)
			add_key(argv[i + 1]);
	}
	if (folder && compiles && at && at < argc &&
	    !getenv("CCACHE_DISABLE")) {
		names = names_for(folder, argv[argc - 1], library);
		config = read_file(argv[at]);
	}
	if (config) {
		char *mine =
			store(folder, names ? chosen(config, names) : config);

		if (mine)
			argv[at] = mine;
	}
	for (int i = 1; names && i < argc; i++)
		if (stays(argv[i], names))
			argv[left++] = argv[i];
	if (names)
		argv[left] = NULL;
	snprintf(path, sizeof(path), "/usr/lib/ccache/%s", name);
	argv[0] = path;
	execv(path, argv);
	perror(path);
	return 127;
}
