/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/* The session with nothing that can be left out. */
#define CONFIG_LIBUKGDB_PACKET_SIZE 2048
#define CONFIG_LIBUKGDB_POINTS 8
