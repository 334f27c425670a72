/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Handlers of the checks on calls, arguments, results and the flow of
 * control. Behind code that cannot be reached there is nothing to go on with:
 * those two always crash.
 */
#include "ubsan_internal.h"

struct place_data {
	struct location at;
};

struct nonnull_return_data {
	struct location declared_at;
};

struct nonnull_arg_data {
	struct location at;
	struct location declared_at;
	int arg; /* from 1 */
};

struct builtin_data {
	struct location at;
	__u8 kind; /* see builtins[] */
};

static void nonnull_arg(enum then then, const struct nonnull_arg_data *data)
{
	ubsan_report(then, &data->at,
		     "null pointer as argument %d, which is declared nonnull",
		     data->arg);
}

static void nonnull_return_v1(enum then then,
			      const struct nonnull_return_data *data __unused,
			      const struct location *at)
{
	ubsan_report(then, at,
		     "null pointer returned from a function that is declared "
		     "returns_nonnull");
}

static void invalid_builtin(enum then then, const struct builtin_data *data)
{
	static const char *const builtins[] = { "ctz", "clz" };

	ubsan_report(then, &data->at, "__builtin_%s() of zero",
		     data->kind < ARRAY_SIZE(builtins) ? builtins[data->kind]
						       : "…");
}

UBSAN_HANDLER(nonnull_arg, (const struct nonnull_arg_data *data), data)
UBSAN_HANDLER(nonnull_return_v1,
	      (const struct nonnull_return_data *data,
	       const struct location *at),
	      data, at)
UBSAN_HANDLER(invalid_builtin, (const struct builtin_data *data), data)

void __noreturn
__ubsan_handle_builtin_unreachable(const struct place_data *data);
void __noreturn
__ubsan_handle_builtin_unreachable(const struct place_data *data)
{
	ubsan_report(CRASH, &data->at, "unreachable code was executed");
	__builtin_unreachable();
}

void __noreturn __ubsan_handle_missing_return(const struct place_data *data);
void __noreturn __ubsan_handle_missing_return(const struct place_data *data)
{
	ubsan_report(CRASH, &data->at,
		     "a function with a result returned without a value");
	__builtin_unreachable();
}
