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
 * Images that differ in the rest then give the same command. tests/cache/set-up
 * writes the names that stay to $CACHE_OPTIONS/lib!ukfoo!foo.c, one a line; to
 * $CACHE_OPTIONS/libukfoo for sources of that library (-D__LIBNAME__) outside
 * of the tree. Where there is neither, as for an application, all stays. So it
 * does without -c or with CCACHE_DISABLE.
 *
 * A command of before gives the object of before, at a tenth of ccache's cost:
 * $CACHE_OPTIONS/objects/HASH.o and .d, where HASH is of the command and of
 * $CACHE_OPTIONS/tree, which changes with any source and compiler. For sources
 * outside of the tree, ccache looks itself what they include.
 * newlib's headers are represented by the key of its build.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
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

#define FNV_1A 14695981039346656037u

static uint64_t hashed(uint64_t hash, const char *text)
{
	for (const char *c = text; *c; c++)
		hash = (hash ^ (unsigned char)*c) * 1099511628211u;
	return hash * 1099511628211u; /* ends the text */
}

/* A file of this text, at once; 0 if it cannot be. */
static int write_file(const char *path, const char *text, size_t length)
{
	char part[4200];
	FILE *file;
	int ok;

	snprintf(part, sizeof(part), "%s.%d", path, (int)getpid());
	file = fopen(part, "w");
	if (!file)
		return 0;
	ok = fwrite(text, 1, length, file) == length;
	ok &= !fclose(file);
	return ok && !rename(part, path);
}

/* The path of a file with this text, which is written unless it exists. */
static char *store(const char *folder, const char *text)
{
	static char path[4096];

	snprintf(path, sizeof(path), "%s/%016llx", folder,
		 (unsigned long long)hashed(FNV_1A, text));
	if (mkdir(path, 0777) && errno != EEXIST)
		return NULL;
	strcat(path, "/config.h");
	if (access(path, R_OK) && !write_file(path, text, strlen(text)))
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

/* Copies a file. before, after: where the text begins with the first, the
 * second stands instead; the target of a dependency file.
 */
static int copy(const char *from, const char *to, const char *before,
		const char *after)
{
	struct stat st;
	int fd = open(from, O_RDONLY), ok;
	size_t skip = strlen(before), more = strlen(after);
	char *text;

	if (fd < 0 || fstat(fd, &st) || !(text = malloc(more + st.st_size + 1)))
		return 0;
	ok = read(fd, text + more, st.st_size) == st.st_size;
	close(fd);
	if (!ok || (size_t)st.st_size < skip ||
	    memcmp(text + more, before, skip))
		return 0;
	memmove(text + more, text + more + skip, st.st_size - skip);
	memcpy(text, after, more);
	return write_file(to, text, more + st.st_size - skip);
}

/* Where a compiler writes, by its options */
struct outputs {
	const char *object, *dep, *target;
};

/* The hash of a command but its outputs and what maps paths. */
static uint64_t hash_of(char **argv, const char *tree, struct outputs *out)
{
	const char *stamp = getenv("CCACHE_EXTRAFILES");
	char *key = stamp ? read_file(stamp) : NULL;
	uint64_t hash = hashed(hashed(FNV_1A, tree), key ? key : "");

	for (; *argv; argv++) {
		const char **value = !strcmp(*argv, "-o")    ? &out->object
				     : !strcmp(*argv, "-MF") ? &out->dep
				     : !strcmp(*argv, "-MT") ? &out->target
							     : NULL;

		if (value && argv[1])
			*value = *++argv;
		else if (strncmp(*argv, "-ffile-prefix-map=", 18))
			hash = hashed(hash, *argv);
	}
	return hash;
}

static int run(char **argv)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		execv(argv[0], argv);
		perror(argv[0]);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return 127;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/* Takes the object of a command of before, or compiles and keeps it. */
static int compile(char **argv, const char *folder, const char *tree)
{
	struct outputs out = { 0 };
	uint64_t hash = hash_of(argv, tree, &out);
	char object[4096], dep[4096];
	int status;

	snprintf(object, sizeof(object), "%s/objects/%016llx.o", folder,
		 (unsigned long long)hash);
	snprintf(dep, sizeof(dep), "%s/objects/%016llx.d", folder,
		 (unsigned long long)hash);
	if (!out.object || !out.dep || !out.target)
		return run(argv);
	if (!access(dep, R_OK) && copy(dep, out.dep, "", out.target) &&
	    copy(object, out.object, "", ""))
		return 0;
	status = run(argv);
	/* the second one says that both are there */
	if (!status && copy(out.object, object, "", ""))
		copy(out.dep, dep, out.target, "");
	return status;
}

int main(int argc, char **argv)
{
	const char *folder = getenv("CACHE_OPTIONS"),
		   *name = strrchr(argv[0], '/'),
		   *suffix = strrchr(argv[argc - 1], '.');
	char path[4096], library[64] = "", *names = NULL, *config = NULL, *tree;
	int at = 0, left = 1, compiles = 0, relative = argv[argc - 1][0] != '/';

	/* Else ccache does not see .incbin, and so not the file. */
	if (suffix && !strcmp(suffix, ".S"))
		setenv("CCACHE_NODIRECT", "1", 1);
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
	if (names && relative) {
		char file[4096];

		snprintf(file, sizeof(file), "%s/tree", folder);
		tree = read_file(file);
		if (tree)
			return compile(argv, folder, tree);
	}
	execv(path, argv);
	perror(path);
	return 127;
}
