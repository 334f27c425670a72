/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What an image's configuration says about lib/ukgdb's session, for the
 * monitor: everything that does not need the guest's help.
 */
#define CONFIG_LIBUKGDB_PACKET_SIZE 16384
#define CONFIG_LIBUKGDB_POINTS 1024
#define CONFIG_LIBUKGDB_AX_BYTES 65535
#define CONFIG_LIBUKAX_STEPS 10000
#define CONFIG_LIBUKGDB_BULK 1
#define CONFIG_LIBUKGDB_RLE 1
#define CONFIG_LIBUKGDB_ERRTEXT 1
#define CONFIG_LIBUKGDB_QUERIES 1
#define CONFIG_LIBUKGDB_DESC 1
#define CONFIG_LIBUKGDB_THREADS 1
#define CONFIG_LIBUKGDB_CONDITIONS 1
#define CONFIG_LIBUKGDB_XFER 1
#define CONFIG_LIBUKGDB_FILES 1
#define CONFIG_LIBUKGDB_SEARCH 1
#define CONFIG_LIBUKGDB_MONITOR 1
#define CONFIG_LIBUKGDB_LLDB 1
