/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Takes the place of image.c on the host: the decoders see the blob that was
 * loaded last. It lies in a heap block of its own length, so that the address
 * sanitizer reports each byte read outside.
 */
#ifndef __BLOB_FILE_H__
#define __BLOB_FILE_H__

#include <stddef.h>

#include "symtab_internal.h"

/* Reads a file whole; ends the program with a message if it cannot. */
unsigned char *blob_read(const char *path, size_t *size);

/* Makes a copy of these bytes the blob of the decoders. */
void blob_use(const unsigned char *data, size_t size);

#endif /* __BLOB_FILE_H__ */
