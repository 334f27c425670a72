# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
#
# Builds one image: makes .config and what follows from it, reads every
# Makefile.uk, compiles and links.

# A moved application is the same one; two of one name are not.
OWNER := $(file <$(BUILD)/.app)
ifneq ($(filter-out $(APP_DIR),$(OWNER)),)
ifneq ($(wildcard $(OWNER)/Makefile.uk),)
$(error $(BUILD) belongs to the application in $(OWNER); use another build \
  folder (O=) for $(APP_DIR))
endif
endif

# $(call if_changed,file,text): writes text to file unless it holds it already.
# Without a process, so that a build with nothing to do stays fast.
differ = $(subst x$(strip $(1))x,,x$(strip $(2))x)
if_changed = $(if $(call differ,$(file <$(1)),$(2)),$(if $(wildcard $(dir $(1))),,$(shell mkdir -p $(dir $(1))))$(file >$(1),$(strip $(2))))

$(call if_changed,$(BUILD)/.app,$(APP_DIR))

# --- tools -----------------------------------------------------------------
# A build's first act names or installs the packages that it needs; not again
# where make starts afresh with a new auto.conf.
ifeq ($(MAKE_RESTARTS),)
ifneq ($(shell $(UK_BASE)/support/setup build >&2 && echo ok),ok)
$(error set-up is not complete)
endif
endif

# What is built once for all images, whatever O= is: in the tree's own build
# folder, in O= where the tree cannot be written.
TREE_OUT := $(if $(shell mkdir -p $(UK_BASE)/build 2>&1; [ -w $(UK_BASE)/build ] || echo no),$(OUT),$(UK_BASE)/build)
HOST_DIR := $(TREE_OUT)/host

include $(UK_BASE)/support/build/toolchain.mk
include $(UK_BASE)/support/build/config.mk

# --- what the image is made of ---------------------------------------------
# While a configuration target runs there may be nothing to build yet.
ifneq ($(CONFIG_READY),)
include $(UK_BASE)/support/newlib/newlib.mk
ifeq ($(CONFIG_LIBUKSYMTAB),y)
include $(UK_BASE)/support/symtab/symtab.mk
endif
include $(UK_BASE)/support/build/lib.mk
include $(UK_BASE)/Makefile.uk
include $(UK_BASE)/support/build/check.mk
include $(UK_BASE)/support/build/cxx.mk
include $(UK_BASE)/support/build/link.mk
endif

# What the names of sources in debug information stand for (PREFIX_MAP), for
# support/gdb_commands.py; all others are in the tree. lldb reads the same as
# commands, by -s.
_names = newlib=$(NEWLIB_DIR)/src build/newlib-$(ARCH)=$(NEWLIB_DIR) \
  $(if $(LIBFDT_DIR),build/libfdt=$(LIBFDT_DIR)) build=$(BUILD) $(if $(IN_TREE),,$(APP_NAME)=$(APP_DIR)) \
  $(foreach l,$(UK_LIBS),$(addprefix $(l)=,$(call outside,$(call uc,$(l)))))
$(call if_changed,$(BUILD)/.sources,$(_names))
$(call if_changed,$(IMAGE).lldb,settings set target.source-map $(subst =, ,$(_names)) . $(UK_BASE))

# As a step of run and debug: says nothing where there is nothing to do.
built: image
	@:

size: image
	$(Q)$(PYTHON) $(UK_BASE)/support/build/size.py $(IMAGE) $(BUILD)/$(APP_NAME).map
