/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What compiled code calls by the names of the Itanium C++ ABI: guards of
 * static local variables (3.3.3), calls of pure virtual functions (3.2.6), and
 * the handle under which destructors of global objects are registered with
 * newlib's __cxa_atexit (3.3.6), which exit() calls.
 */
#include <cstdint>
#include "ukcxx.h"

extern "C" {
#include <uk/crash.h>
#include <uk/sched.h>

void *__dso_handle;

[[noreturn]] void __cxa_pure_virtual();
[[noreturn]] void __cxa_deleted_virtual();
int __register_exitproc(int, void (*)(), void *, void *);
int __cxa_guard_acquire(std::uint64_t *guard);
void __cxa_guard_release(std::uint64_t *guard);
void __cxa_guard_abort(std::uint64_t *guard);
}

/* newlib's __cxa_atexit() does nothing unless this is in the image. */
__attribute__((used)) static int (*const keep)(int, void (*)(), void *,
					       void *) = __register_exitproc;

void ukcxx_crash(const char *what, const char *detail)
{
	uk_crash_here(what, detail, nullptr, 0);
}

void __cxa_pure_virtual()
{
	ukcxx_crash("C++", "pure virtual function called");
}

void __cxa_deleted_virtual()
{
	ukcxx_crash("C++", "deleted virtual function called");
}

/*
 * The first byte of a guard says whether the variable is initialised: compiled
 * code reads it. The rest is ours: the second byte is 1 while a thread
 * initialises it, and the upper half identifies that thread.
 */
struct guard {
	std::uint8_t done;
	std::uint8_t busy;
	std::uint16_t unused;
	std::uint32_t owner;
};

static std::uint32_t self()
{
	return static_cast<std::uint32_t>(
		reinterpret_cast<std::uintptr_t>(uk_thread_current()) >> 4);
}

/* Returns 1 if the caller is to initialise the variable. */
int __cxa_guard_acquire(std::uint64_t *guard)
{
	auto *g = reinterpret_cast<struct guard *>(guard);

	for (;;) {
		if (__atomic_load_n(&g->done, __ATOMIC_ACQUIRE))
			return 0;
		if (!__atomic_exchange_n(&g->busy, 1, __ATOMIC_ACQUIRE))
			break;
		if (__atomic_load_n(&g->owner, __ATOMIC_RELAXED) == self())
			ukcxx_crash(
				"C++",
				"a static local variable depends on itself during initialisation");
		uk_sched_yield();
	}
	__atomic_store_n(&g->owner, self(), __ATOMIC_RELAXED);
	return 1;
}

void __cxa_guard_release(std::uint64_t *guard)
{
	auto *g = reinterpret_cast<struct guard *>(guard);

	__atomic_store_n(&g->done, 1, __ATOMIC_RELEASE);
	__atomic_store_n(&g->busy, 0, __ATOMIC_RELEASE);
}

/* Called where an initialisation ends by an exception, of which there are none.
 */
void __cxa_guard_abort(std::uint64_t *guard)
{
	__atomic_store_n(&reinterpret_cast<struct guard *>(guard)->busy, 0,
			 __ATOMIC_RELEASE);
}
