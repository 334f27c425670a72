/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Words that a user typed.
 */
#ifndef __UK_WORDS_H__
#define __UK_WORDS_H__

/* Words longer than this are not compared. */
#define UK_WORD_DISTANCE_MAX 63

/**
 * How far two words are apart: characters put in, left out, changed,
 * or swapped with their neighbour. A misspelt word may mean another one if that
 * is less than about a third of its length.
 *
 * @return the distance; UK_WORD_DISTANCE_MAX if one is longer than that.
 *   Contexts: any; 200 bytes of stack.
 */
unsigned int uk_word_distance(const char *a, const char *b);

#endif /* __UK_WORDS_H__ */
