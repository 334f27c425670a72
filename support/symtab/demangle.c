/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Names of C++ as their source has them, without parameters: the table holds
 * "shapes::square::area", not "_ZNK6shapes6square4areaEv". binutils' c++filt
 * knows how; it is asked once, and only if there is such a name.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

/* What the guest shows of a name, UK_SYMBOL_NAME_MAX - 1 in <uk/symtab.h>. */
#define SHOWN 63

static int mangled(const struct symbol *s)
{
	return !strncmp(s->name, "_Z", 2);
}

static FILE *ask(const struct model *m)
{
	FILE *names = tmpfile(), *answers;
	char command[64];
	size_t i;

	if (!names)
		fatal("no temporary file");
	for (i = 0; i < m->nsymbols; i++)
		if (mangled(&m->symbols[i]))
			fprintf(names, "%s\n", m->symbols[i].name);
	if (fflush(names) || fseek(names, 0, SEEK_SET))
		fatal("the temporary file cannot be written");
	snprintf(command, sizeof(command), "c++filt -p </proc/self/fd/%d",
		 fileno(names));
	answers = popen(command, "r");
	if (!answers)
		fatal("c++filt cannot be started");
	return answers;
}

void demangle_symbols(struct model *m)
{
	FILE *answers = NULL;
	char *line = NULL;
	size_t room = 0, i;

	for (i = 0; i < m->nsymbols; i++) {
		if (!mangled(&m->symbols[i]))
			continue;
		if (!answers)
			answers = ask(m);
		if (getline(&line, &room, answers) < 1)
			fatal("c++filt (package binutils) gives no answer");
		line[strcspn(line, "\n")] = '\0';
		if (strlen(line) > SHOWN)
			line[SHOWN] = '\0';
		m->symbols[i].name = xstrdup(line);
	}
	free(line);
	if (answers && pclose(answers))
		fatal("c++filt failed");
}
