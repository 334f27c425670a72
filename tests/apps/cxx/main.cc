/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What C++ needs of its surroundings. The test compares the output with that of
 * the same sources as a program of the host. An argument asks for a crash.
 */
#include <new>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void headers();
int out_of_range(unsigned int i);
int from_flags();

namespace shapes
{
struct shape {
	virtual ~shape()
	{
		puts("shape gone");
	}
	virtual int area() const = 0;
	int twice() const
	{
		return 2 * area();
	}
};

struct square final : shape {
	int side;
	explicit square(int s) : side(s)
	{
	}
	~square() override
	{
		puts("square gone");
	}
	int area() const override
	{
		return side * side;
	}
};

/* Calls what does not exist yet while it is constructed. */
struct early : shape {
	early()
	{
		printf("%d\n", twice());
	}
};

struct late final : early {
	int area() const override
	{
		return 1;
	}
};
} // namespace shapes

template <class T> __attribute__((noinline)) T larger(T a, T b)
{
	if (a == b)
		abort();
	return a > b ? a : b;
}

struct alignas(128) wide {
	char bytes[200];
};

static int made;

struct counted {
	int number;
	counted() : number(++made)
	{
	}
};

static counted &once()
{
	static counted object;

	return object;
}

static int needs_itself(int depth)
{
	static int value = depth < 9 ? needs_itself(depth + 1) : 0;

	return value + depth;
}

static void allocations()
{
	int *plain = new int(3), *many = new int[4]{ 1, 2, 3, 4 };
	int *maybe = new (std::nothrow) int(5);
	wide *w = new wide, *ws = new wide[2];
	alignas(int) char place[sizeof(int)];
	int *placed = new (place) int(6);
	volatile size_t huge = PTRDIFF_MAX / 2;
	char *volatile refused;

	printf("%d %d %d %d\n", *plain, many[3], *maybe, *placed);
	printf("%d %d\n", reinterpret_cast<uintptr_t>(w) % 128 == 0,
	       reinterpret_cast<uintptr_t>(ws) % 128 == 0);
	refused = new (std::nothrow) char[huge];
	printf("%d\n", refused == nullptr);
	delete plain;
	delete[] many;
	delete maybe;
	delete w;
	delete[] ws;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (!strcmp(what, "pure"))
		delete new shapes::late;
	if (!strcmp(what, "template"))
		return larger(argc, argc);
	if (!strcmp(what, "itself"))
		return needs_itself(argc);
	if (!strcmp(what, "range"))
		return out_of_range(argc + 10);
	if (!strcmp(what, "memory"))
		return *new char[static_cast<size_t>(argc) << 40];

	shapes::shape *s = new shapes::square(3);
	printf("%d %d %d\n", s->area(), s->twice(), larger(2, 7));
	delete s;
	allocations();
	once();
	printf("%d %d\n", once().number, made);
	printf("%d\n", from_flags());
	headers();
	return 0;
}
