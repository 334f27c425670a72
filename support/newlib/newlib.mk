# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
#
# The C library of the image: built once per architecture by
# support/newlib/build into the tree's own build folder, whatever O= is, and
# shared by all images and both compilers. Where the tree cannot be written it
# stands in O=. NEWLIB_DIR= names another place.
#
# Wants ARCH, TREE_OUT, CROSS, TARGET_CC (support/build). Gives:
#   NEWLIB_STAMP   exists when headers and libraries do
#   NEWLIB_HEADER  as old as they are; objects depend on it, as their own lists leave
#                  out headers of the system
#   NEWLIB_CFLAGS  replaces the host's headers by newlib's and the compiler's
#   NEWLIB_LIBS    for the link, behind all objects

ifeq ($(origin NEWLIB_DIR),undefined)
NEWLIB_DIR := $(TREE_OUT)/newlib-$(ARCH)
endif
NEWLIB_STAMP := $(NEWLIB_DIR)/stamp
NEWLIB_TARBALL ?= /usr/src/newlib/newlib-3.3.0.tar.xz

# The compiler's own headers (stdarg.h, stddef.h, …) and run-time library;
# clang has its own of the former and uses gcc's of the latter. newlib declares
# clock_gettime() and nanosleep() only for systems that are known to have them.
# The headers' path in debug information is the same wherever they are.
NEWLIB_CFLAGS := -nostdinc -isystem $(NEWLIB_DIR)/include \
  -isystem $(shell $(TARGET_CC) -print-file-name=include) \
  -D_POSIX_TIMERS=200112L -D_POSIX_MONOTONIC_CLOCK=200112L \
  -ffile-prefix-map=$(NEWLIB_DIR)=build/newlib-$(ARCH)
NEWLIB_LIBS := --start-group \
  $(NEWLIB_DIR)/lib/libc$(if $(CONFIG_LIBNEWLIB_POS_ARGS),_pos).a \
  $(NEWLIB_DIR)/lib/libm.a $(shell $(CROSS)gcc -print-libgcc-file-name) --end-group

# The script keeps what is there when its key is unchanged. The compiler and
# the tarball are named so that their upgrade is noticed.
$(NEWLIB_STAMP): $(UK_BASE)/support/newlib/build $(wildcard $(NEWLIB_TARBALL)) \
    $(addprefix $(UK_BASE)/support/newlib/,edit libm.mk two_over_pi) \
    $(wildcard $(UK_BASE)/support/newlib/src/*.[ch]) \
    $(realpath $(shell command -v $(CROSS)gcc))
	+$(Q)NEWLIB_TARBALL=$(NEWLIB_TARBALL) $< $(ARCH) $(NEWLIB_DIR) $(CROSS)

NEWLIB_HEADER := $(NEWLIB_DIR)/include/newlib.h
$(NEWLIB_HEADER): $(NEWLIB_STAMP) ;
