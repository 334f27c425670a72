/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * operator new and delete, over malloc (ISO C++17 [new.delete]). There are no
 * exceptions: where memory is short the throwing forms crash, the nothrow forms
 * return a null pointer. A program may replace any of them.
 */
#include <malloc.h>
#include <new>
#include "ukcxx.h"

/* At least one byte, for each object has an address of its own. */
static void *get(std::size_t size, std::size_t align)
{
	if (!size)
		size = 1;
	return align > __STDCPP_DEFAULT_NEW_ALIGNMENT__ ? memalign(align, size)
							: malloc(size);
}

static void *get_or_crash(std::size_t size, std::size_t align)
{
	void *p = get(size, align);

	if (!p)
		ukcxx_crash("operator new", "out of memory");
	return p;
}

const std::nothrow_t std::nothrow{};

#define PLAIN __STDCPP_DEFAULT_NEW_ALIGNMENT__
#define WEAK __attribute__((weak))

WEAK void *operator new(std::size_t n)
{
	return get_or_crash(n, PLAIN);
}

WEAK void *operator new[](std::size_t n)
{
	return operator new(n);
}

WEAK void *operator new(std::size_t n, const std::nothrow_t &) noexcept
{
	return get(n, PLAIN);
}

WEAK void *operator new[](std::size_t n, const std::nothrow_t &) noexcept
{
	return get(n, PLAIN);
}

WEAK void *operator new(std::size_t n, std::align_val_t a)
{
	return get_or_crash(n, static_cast<std::size_t>(a));
}

WEAK void *operator new[](std::size_t n, std::align_val_t a)
{
	return operator new(n, a);
}

WEAK void *operator new(std::size_t n, std::align_val_t a,
			const std::nothrow_t &) noexcept
{
	return get(n, static_cast<std::size_t>(a));
}

WEAK void *operator new[](std::size_t n, std::align_val_t a,
			  const std::nothrow_t &) noexcept
{
	return get(n, static_cast<std::size_t>(a));
}

WEAK void operator delete(void *p) noexcept
{
	free(p);
}

WEAK void operator delete[](void *p) noexcept
{
	operator delete(p);
}

WEAK void operator delete(void *p, std::size_t) noexcept
{
	operator delete(p);
}

WEAK void operator delete[](void *p, std::size_t) noexcept
{
	operator delete[](p);
}

WEAK void operator delete(void *p, const std::nothrow_t &) noexcept
{
	operator delete(p);
}

WEAK void operator delete[](void *p, const std::nothrow_t &) noexcept
{
	operator delete[](p);
}

WEAK void operator delete(void *p, std::align_val_t) noexcept
{
	free(p);
}

WEAK void operator delete[](void *p, std::align_val_t a) noexcept
{
	operator delete(p, a);
}

WEAK void operator delete(void *p, std::size_t, std::align_val_t a) noexcept
{
	operator delete(p, a);
}

WEAK void operator delete[](void *p, std::size_t, std::align_val_t a) noexcept
{
	operator delete[](p, a);
}

WEAK void operator delete(void *p, std::align_val_t a,
			  const std::nothrow_t &) noexcept
{
	operator delete(p, a);
}

WEAK void operator delete[](void *p, std::align_val_t a,
			    const std::nothrow_t &) noexcept
{
	operator delete[](p, a);
}
