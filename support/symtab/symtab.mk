# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
#
# Builds mksymtab, which makes the symbol table of an image (see main.c), for
# the host, in HOST_DIR. Sets MKSYMTAB, the program.

HOSTCC ?= gcc
SYMTAB_DIR := $(dir $(lastword $(MAKEFILE_LIST)))
SYMTAB_LIB := $(SYMTAB_DIR)../../lib/uksymtab
MKSYMTAB := $(HOST_DIR)/mksymtab

MKSYMTAB_SRCS := $(sort $(wildcard $(SYMTAB_DIR)*.c))
MKSYMTAB_HDRS := $(wildcard $(SYMTAB_DIR)*.h) $(SYMTAB_LIB)/symtab_format.h
MKSYMTAB_CFLAGS := -O2 -g -std=gnu11 -Wall -Wextra -Werror -I$(SYMTAB_LIB)

# A second of work, and done once: one step, no objects to keep. Whole or not
# there at all, for two makes may share the folder.
$(MKSYMTAB): $(MKSYMTAB_SRCS) $(MKSYMTAB_HDRS)
	@mkdir -p $(@D)
	$(if $(filter 1,$(V)),,@echo '  HOSTCC  $(@F)')
	$(Q)$(HOSTCC) $(MKSYMTAB_CFLAGS) -o $@.$$$$ $(MKSYMTAB_SRCS) -ldw -lelf && \
	  mv $@.$$$$ $@
