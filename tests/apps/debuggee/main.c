/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What a debugger is tried on: functions to stop in, data to look at and to
 * watch, loops to interrupt. argv[1] names a scene.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct point {
	int x, y;
	unsigned int small : 3, wide : 11;
	const char *name;
	struct point *next;
};

volatile int counter;
volatile uint64_t watched[4];
struct point origin = { 1, 2, 5, 1000, "origin", NULL };
struct point list = { 3, 4, 2, 700, "head", &origin };
double ratio = 2.5;
int verdict;

__attribute__((noinline)) int add(int a, int b)
{
	int sum = a + b;

	counter++;
	return sum;
}

__attribute__((noinline)) double scale(double v, int by)
{
	return v * by;
}

__attribute__((noinline)) int depth(int n)
{
	volatile int here = n;

	if (n == 0)
		return add(here, 0);
	return depth(n - 1) + 1;
}

__attribute__((noinline)) void spin(void)
{
	while (!verdict)
		counter++;
}

__attribute__((noinline)) void loop(int n)
{
	for (int i = 0; i < n; i++)
		add(i, i & 7);
}

__attribute__((noinline)) void stores(void)
{
	for (int i = 0; i < 10; i++) {
		watched[i & 3] = i;
		counter++;
	}
}

int main(int argc, char **argv)
{
	const char *scene = argc > 1 ? argv[1] : "none";
	int sum;

	printf("scene %s\n", scene);
	sum = add(20, 22);
	if (!strcmp(scene, "spin"))
		spin();
	else if (!strcmp(scene, "depth"))
		sum = depth(50);
	else if (!strcmp(scene, "loop"))
		loop(argc > 2 ? atoi(argv[2]) : 100);
	else if (!strcmp(scene, "stores"))
		stores();
	else if (!strcmp(scene, "null"))
		*(volatile int *)NULL = sum;
	else if (!strcmp(scene, "abort"))
		abort();
	printf("sum %d counter %d verdict %d\n", sum, counter, verdict);
	return verdict;
}
