/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Comparison with a secret, such as a token that a parameter gives.
 */
#ifndef __UK_SECRET_H__
#define __UK_SECRET_H__

#include <string.h>
#include <uk/essentials.h>

/**
 * Whether a text is the secret. It takes as long for each text of one length,
 * so that the secret cannot be guessed letter by letter.
 *
 * @param secret if it is NULL or empty, no text is it
 * @return 1 or 0. Contexts: any.
 */
static inline int uk_secret_is(const char *secret, const char *given)
{
	__sz len = strlen(given), right = secret ? strlen(secret) : 0;
	unsigned int differ = !right || len != right;

	for (__sz i = 0; right && i < len; i++)
		differ |= (unsigned char)(given[i] ^ secret[i % right]);
	return !differ;
}

#endif /* __UK_SECRET_H__ */
