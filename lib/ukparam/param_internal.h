/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Shared by the files of ukparam.
 */
#ifndef __UKPARAM_INTERNAL_H__
#define __UKPARAM_INTERNAL_H__

#include <uk/param.h>

/* A walk over the words of a command line, which it changes. */
struct words {
	char *next;
};

struct word {
	char *text; /* terminated, quotes and escapes resolved */
	int quoted; /* 1 if any part of it was */
};

/**
 * Takes the next word.
 *
 * @return 1; 0 at the end; -EINVAL if a quote is not closed: then text is the
 *   rest of the line.
 */
int words_next(struct words *w, struct word *word);

/**
 * Reads a value into the parameter's variable.
 *
 * @param text the value, NULL if there is none
 * @return 0; -EINVAL if it is not of the type: the variable keeps its value.
 */
int value_set(const struct uk_param *param, char *text);

/** What a value of a type looks like, for messages. */
const char *value_form(const struct uk_param *param);

/* Room for most values; longer texts are cut. */
#define VALUE_TEXT_MAX 64

/** The value that a parameter has, as one would write it. */
void value_text(const struct uk_param *param, char *buf, __sz len);

/** The name of a type: "int", "size", … */
const char *value_type(const struct uk_param *param);

/**
 * The declared parameter whose name is nearest to a misspelt one.
 *
 * @return the parameter, or NULL if none is near.
 */
const struct uk_param *nearest_param(const char *name);

/**
 * Reads a command line: sets parameters, collects arguments.
 *
 * @param line is changed and stays in use
 * @param argv receives the arguments and a NULL after them
 * @param argc in: how many are there already; out: how many there are
 * @return 0, or -EINVAL after each mistake was logged.
 */
int param_parse(char *line, char **argv, int *argc);

#endif /* __UKPARAM_INTERNAL_H__ */
