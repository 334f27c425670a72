/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What the compilers pass to the handlers (the interface of gcc's and clang's
 * -fsanitize=undefined, version 1), and what the handlers share.
 *
 * A handler is `__ubsan_handle_<name>(data, …)`: data describes the place and
 * the types and is made by the compiler; values follow. With
 * -fno-sanitize-recover the same is called with the suffix _abort and must
 * not return.
 */
#ifndef __UBSAN_INTERNAL_H__
#define __UBSAN_INTERNAL_H__

#include <uk/essentials.h>

struct location {
	const char *file; /* NULL: not known */
	__u32 line;
	__u32 column;
};

enum type_kind {
	KIND_INTEGER = 0, /* info: bit 0 signed, from bit 1 log2 of its bits */
	KIND_FLOAT = 1,	  /* info: bits */
	KIND_UNKNOWN = 0xffff,
};

struct type {
	__u16 kind;
	__u16 info;
	char name[]; /* as in the source, in quotes */
};

/*
 * A value: itself where it has 64 bits or less, else a pointer to it.
 */
typedef __uptr value_t;

/** What a failed check does then. */
enum then {
	GO_ON,
	CRASH,
};

/* Room for a value in words. */
#define VALUE_MAX 64

/**
 * Reports a case of undefined behaviour at a place, and crashes if `then` is
 * CRASH. Contexts: any, a report included.
 */
void ubsan_report(enum then then, const struct location *at, const char *fmt,
		  ...) __printf_like(3, 4);

/** A value in words, decimal where it has 64 bits or less. @return buf */
const char *ubsan_value(const struct type *type, value_t value,
			char buf[VALUE_MAX]);

/** A floating-point value in words. @return buf */
const char *ubsan_float(const struct type *type, value_t value,
			char buf[VALUE_MAX]);

static inline int type_is_signed(const struct type *type)
{
	return type->kind == KIND_INTEGER && (type->info & 1);
}

static inline unsigned int type_bits(const struct type *type)
{
	return type->kind == KIND_INTEGER ? 1U << (type->info >> 1)
					  : type->info;
}

/** 1 for a negative integer. */
int ubsan_is_negative(const struct type *type, value_t value);

/*
 * Defines both variants of a handler. `params` is its list of parameters, then
 * come their names; static void name(enum then, …) does the work.
 */
#define UBSAN_HANDLER(name, params, ...)                      \
	void __ubsan_handle_##name params;                    \
	void __ubsan_handle_##name params                     \
	{                                                     \
		name(GO_ON, __VA_ARGS__);                     \
	}                                                     \
	void __noreturn __ubsan_handle_##name##_abort params; \
	void __noreturn __ubsan_handle_##name##_abort params  \
	{                                                     \
		name(CRASH, __VA_ARGS__);                     \
		__builtin_unreachable();                      \
	}

#endif /* __UBSAN_INTERNAL_H__ */
