/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026, The Vitrine Authors
 *
 * Makes the build know C++, as a program of GDB's testsuite may be written in
 * it.
 */
