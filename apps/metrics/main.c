/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
#include <uk/sched.h>
int main(void)
{
	for (;;)
		uk_thread_sleep(1000000000);
}
