/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What the mock server holds, for gdb to compile conditions about. It is never
 * executed; debuggers.py sees to it that locals hold noise.
 */
struct bits {
	int a : 3;
	unsigned int b : 5;
	long c : 40;
	unsigned long d : 9;
};

enum colour { RED, GREEN = 7, BLUE = -3 };

struct node {
	struct node *next;
	int v;
	short h;
	unsigned char ch;
	struct bits bits;
	char name[8];
};

struct node second = { 0, -5, -7, 200, { -2, 21, -12345678, 300 }, "second" };
struct node first = { &second, 5, 7, 100, { 3, 9, 87654321, 2 }, "first" };
int counter = -1;
long table[8] = { 3, 1, 4, 1, 5, 9, 2, 6 };
unsigned char bytes[256];

__attribute__((noinline)) int work(int i, unsigned int u, long l,
				   unsigned long ul, signed char c,
				   unsigned char uc, short s, unsigned short us)
{
	volatile struct bits local = { 1, 2, 3, 4 };
	volatile enum colour colour = GREEN;
	volatile int numbers[4] = { 1, 2, 3, 4 };
	volatile _Bool flag = i > 3;

	return i + u + l + ul + c + uc + s + us + local.a + colour +
	       numbers[i & 3] + flag;
}

int main(void)
{
	return work(1, 2, 3, 4, 5, 6, 7, 8) + counter + first.v + table[0] +
	       bytes[0];
}

void _start(void);
void _start(void)
{
	main();
	for (;;)
		;
}
