# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
#
# Finds lines of a Makefile.uk that would have no effect, once all have been
# read: sources of a library that addlib does not name, an application that
# names no library, one without sources. They are refused before anything is
# compiled, but after .config has been brought up to date, on which they may
# depend.

_APP_LIBS := $(filter APP%,$(KNOWN_LIBS))
_APP_LIB := $(firstword $(_APP_LIBS))
_SRCS := $(sort $(foreach v,$(.VARIABLES),$(if $(findstring _SRCS-,$(v)),$(firstword $(subst _SRCS-, ,$(v))))))
_STRAY := $(firstword $(filter-out $(KNOWN_LIBS),$(_SRCS)))

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

COMPLAINT := $(strip $(if $(_APP_LIB),$(if $(_STRAY),$(_stray),$(if \
  $(strip $(foreach l,$(_APP_LIBS),$($(l)_SRCS-y))),,$(_no_sources))),$(_no_app)))

ifneq ($(COMPLAINT),)
.PHONY: complaint
complaint:
	@echo $(call sq,$(COMPLAINT)) >&2; exit 1

$(NEWLIB_STAMP) $(UK_PREPARE-y): | complaint
UK_PREPARE-y += complaint
$(BUILD)/link.lds: | complaint
endif
