/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026, The Vitrine Authors
 *
 * The image in which a program of GDB's testsuite takes this one's place
 * (tests/gdb-suite/cc).
 */
int main(void)
{
	return 0;
}
