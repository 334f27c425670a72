/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Says how far the counter was when main began: instructions since the
 * machine's start under `support/run --icount`.
 */
#include <stdio.h>
#include <uk/arch/lcpu.h>

int main(void)
{
	unsigned long now = ukarch_ticks();

	printf("boot_to_main %lu\n", now);
	return 0;
}
