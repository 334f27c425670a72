# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
#
# Finds lines of a Makefile.uk that would have no effect, once all have been
# read: sources of a library that addlib does not name, a misspelt variable of a
# library, an application that names no library, one without sources. They are
# refused before anything is compiled, but after .config has been brought up
# to date, on which they may depend.

_APP_LIBS := $(filter APP%,$(KNOWN_LIBS))
_APP_LIB := $(firstword $(_APP_LIBS))
_SRCS := $(sort $(foreach v,$(.VARIABLES),$(if $(findstring _SRCS-,$(v)),$(firstword $(subst _SRCS-, ,$(v))))))
_STRAY := $(firstword $(filter-out $(KNOWN_LIBS),$(_SRCS)))
# What addlib reads of a library, beside _FILE_FLAGS-y of its files. Other names
# are the library's own, unless they look misspelt and no Makefile.uk reads them;
# two more are Unikraft's.
_READ := SRCS CFLAGS CXXFLAGS ASFLAGS CINCLUDES EXPORTS
_OWNER = $(firstword $(foreach l,$(KNOWN_LIBS),$(if $(filter $(l)_%,$(1)),$(l))))
_OTHER := $(foreach l,$(KNOWN_LIBS),$(filter-out \
  %_FLAGS-y $(patsubst %,$(l)_%-y,$(_READ) CXXINCLUDES ASINCLUDES),$(filter $(l)_%-y,$(.VARIABLES))))
_stem = $(patsubst $(call _OWNER,$(1))_%$(2)-y,%,$(1))
# Flags of a file: of one of its sources, or of one that is left out.
_FILES := $(foreach l,$(KNOWN_LIBS),$(filter $(l)_%_FLAGS-y,$(.VARIABLES)))
_sources = $(foreach v,$(filter $(1)_SRCS-%,$(.VARIABLES)),$($(v)))
_files = $(sort $(call file_uc,$(basename $(notdir $(call _sources,$(call _OWNER,$(1)))))))
_exists = $(or $(filter $(call _stem,$(1),_FLAGS),$(_files)),$(shell find -H \
  $($(call _OWNER,$(1))_BASE) -iname '$(subst _,?,$(call _stem,$(1),_FLAGS)).*' 2>/dev/null))
_read_as = $(if $(filter $(1),$(_FILES)),$(if $(_exists),,$(subst ?,_FLAGS?,$(call \
  hint,$(call _stem,$(1),_FLAGS),$(_files)))),$(call hint,$(_stem),$(_READ)))
_open := (
_is_read = $(shell grep -lsF '$(_open)$(1)' $(filter %/Makefile.uk,$(MAKEFILE_LIST)))
_MISSPELT := $(firstword $(foreach v,$(_OTHER) $(_FILES),$(if $(call _read_as,$(v)),$(if $(call _is_read,$(v)),,$(v)))))

define _no_app
$(APP_DIR)/Makefile.uk names no application: it needs the line $$(eval $$(call addlib,app$(APP_NAME)))
endef
define _stray
$(or $(shell grep -ls '^[[:space:]]*$(_STRAY)_SRCS-' $(filter %/Makefile.uk,$(MAKEFILE_LIST))),Makefile.uk): \
$(_STRAY)_SRCS-y belongs to no library$(call hint,$(_STRAY)_SRCS-y,$(addsuffix _SRCS-y,$(if \
$(filter APP%,$(_STRAY)),$(_APP_LIBS),$(KNOWN_LIBS)))); it starts with the name that addlib gets, in upper case
endef
define _no_sources
$(APP_DIR)/Makefile.uk names no sources: it needs a line such as \
$(_APP_LIB)_SRCS-y += $$($(_APP_LIB)_BASE)/main.c
endef
define _misspelt
$(or $(shell grep -ls '^[[:space:]]*$(_MISSPELT)' $(filter %/Makefile.uk,$(MAKEFILE_LIST))),Makefile.uk): \
$(_MISSPELT) has no effect$(subst mean ,mean $(call _OWNER,$(_MISSPELT))_,$(subst ?,-y?,$(call _read_as,$(_MISSPELT))))
endef

COMPLAINT := $(strip $(if $(_APP_LIB),$(if $(_STRAY),$(_stray),$(if $(_MISSPELT),$(_misspelt),$(if \
  $(strip $(foreach l,$(_APP_LIBS),$($(l)_SRCS-y))),,$(_no_sources)))),$(_no_app)))

ifneq ($(COMPLAINT),)
.PHONY: complaint
complaint:
	@echo $(call sq,$(COMPLAINT)) >&2; exit 1

$(NEWLIB_STAMP) $(UK_PREPARE-y): | complaint
UK_PREPARE-y += complaint
$(BUILD)/link.lds: | complaint
endif
