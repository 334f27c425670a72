/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What the templates of libstdc++ call instead of throwing
 * (bits/functexcept.h): each crashes with the name of the exception and its
 * text.
 */
#include <bits/functexcept.h>
#include <cstddef>
#include "ukcxx.h"

#define THROWS(function, exception)                   \
	void function(const char *what)               \
	{                                             \
		ukcxx_crash("std::" exception, what); \
	}
#define THROWS_NOTHING_MORE(function, exception)          \
	void function()                                   \
	{                                                 \
		ukcxx_crash("std::" exception, "thrown"); \
	}

namespace std
{
THROWS(__throw_logic_error, "logic_error")
THROWS(__throw_domain_error, "domain_error")
THROWS(__throw_invalid_argument, "invalid_argument")
THROWS(__throw_length_error, "length_error")
THROWS(__throw_out_of_range, "out_of_range")
THROWS(__throw_runtime_error, "runtime_error")
THROWS(__throw_range_error, "range_error")
THROWS(__throw_overflow_error, "overflow_error")
THROWS(__throw_underflow_error, "underflow_error")
THROWS_NOTHING_MORE(__throw_bad_alloc, "bad_alloc")
THROWS_NOTHING_MORE(__throw_bad_array_new_length, "bad_array_new_length")
THROWS_NOTHING_MORE(__throw_bad_function_call, "bad_function_call")
THROWS_NOTHING_MORE(__throw_bad_cast, "bad_cast")

/* The values after its format are numbers of no further interest. */
void __throw_out_of_range_fmt(const char *format, ...)
{
	ukcxx_crash("std::out_of_range", format);
}
} // namespace std

/*
 * std::_Sp_make_shared_tag::_S_eq(const std::type_info &): compares by type at
 * run time, which there is not; std::make_shared has compared addresses before.
 * By its name in the object: the class comes with headers that use vectors.
 */
extern "C" bool ukcxx_is_make_shared(const void *type) noexcept
	__asm__("_ZNSt19_Sp_make_shared_tag5_S_eqERKSt9type_info");

bool ukcxx_is_make_shared(const void *) noexcept
{
	return false;
}
