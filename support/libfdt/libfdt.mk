# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
#
# libfdt's sources, taken once from Debian's source package and kept beside
# newlib for all images. LIBFDT_TREE is where they are.

LIBFDT_DIR ?= $(dir $(NEWLIB_DIR))libfdt
LIBFDT_TREE := $(LIBFDT_DIR)/src
LIBFDT_STAMP := $(LIBFDT_DIR)/stamp

$(LIBFDT_STAMP): $(UK_BASE)/support/libfdt/fetch
	$(Q)$(UK_BASE)/support/libfdt/fetch $(LIBFDT_DIR)

$(LIBFDT_TREE)/%.c: $(LIBFDT_STAMP) ;

UK_FETCHED += $(LIBFDT_TREE)
# The same bytes wherever it is; every library may include <libfdt.h>.
PREFIX_MAP += -ffile-prefix-map=$(LIBFDT_DIR)=build/libfdt
UK_PREPARE-y += $(LIBFDT_STAMP)
