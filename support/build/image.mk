# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
#
# Builds one image: checks APP and ARCH, makes .config and what follows from
# it, reads every Makefile.uk, compiles and links.

# --- which application, which architecture ---------------------------------
KNOWN_ARCHS := x86_64 arm64
ifeq ($(filter $(ARCH),$(KNOWN_ARCHS)),)
$(error unknown ARCH "$(ARCH)": use one of $(KNOWN_ARCHS))
endif

ifneq ($(words $(APP)),1)
$(error APP="$(APP)": the path of an application must not contain blanks)
endif
APP_DIR := $(if $(findstring /,$(APP)),$(abspath $(APP)),$(UK_BASE)/apps/$(APP))
APP_NAME := $(notdir $(APP_DIR))
ifeq ($(wildcard $(APP_DIR)/Makefile.uk),)
$(error unknown APP "$(APP)": $(APP_DIR)/Makefile.uk does not exist; use one \
  of $(sort $(notdir $(patsubst %/Makefile.uk,%,$(wildcard $(UK_BASE)/apps/*/Makefile.uk)))) \
  or the path of a folder with a Config.uk and a Makefile.uk)
endif
ifeq ($(wildcard $(APP_DIR)/Config.uk),)
$(error application "$(APP)": $(APP_DIR)/Config.uk does not exist; it may be empty)
endif

OUT := $(abspath $(O))
BUILD := $(OUT)/$(APP_NAME)-$(ARCH)
HOST_DIR := $(OUT)/host
IMAGE := $(BUILD)/$(APP_NAME).elf

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
if_changed = $(if $(call differ,$(file <$(1)),$(2)),$(shell mkdir -p $(dir $(1)))$(file >$(1),$(strip $(2))))

$(call if_changed,$(BUILD)/.app,$(APP_DIR))

# --- tools -----------------------------------------------------------------
# A build's first act names or installs the packages that it needs.
ifneq ($(shell $(UK_BASE)/support/setup build >&2 && echo ok),ok)
$(error set-up is not complete)
endif

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
include $(UK_BASE)/support/build/link.mk
endif

# What the names of sources in debug information stand for (PREFIX_MAP), for
# support/gdb_commands.py; all others are in the tree.
$(call if_changed,$(BUILD)/.sources,newlib=$(NEWLIB_DIR)/src build/newlib-$(ARCH)=$(NEWLIB_DIR) \
  build=$(BUILD) $(if $(IN_TREE),,$(APP_NAME)=$(APP_DIR)))

RUN_FLAGS := $(if $(MACHINE),--machine $(MACHINE)) $(if $(ACCEL),--accel $(ACCEL)) \
  $(if $(GDB),--gdb $(GDB)) $(if $(METRICS),--metrics $(METRICS)) \
  $(if $(MEM),--mem $(MEM)) $(foreach p,$(PARAMS),--param $(p)) $(if $(filter 1,$(V)),--verbose)

run: image
	$(Q)$(UK_BASE)/support/setup run
	$(Q)$(UK_BASE)/support/run $(RUN_FLAGS) $(IMAGE) $(ARGS)

# The guest waits for gdb in the background, and ends with it.
debug: image
ifneq ($(CONFIG_LIBUKGDB),y)
	@echo 'make debug: $(APP_NAME) has no stub for a debugger: switch LIBUKGDB on (make menuconfig,' \
	  'or CONFIG_LIBUKGDB=y in $(APP_DIR)/defconfig)' >&2; exit 1
endif
	$(Q)$(UK_BASE)/support/setup run debug
	$(Q)$(UK_BASE)/support/gdb --boot --run '$(RUN_FLAGS)' --args '$(ARGS)' $(IMAGE) $(GDB_FLAGS)

size: image
	$(Q)$(PYTHON) $(UK_BASE)/support/build/size.py $(IMAGE) $(BUILD)/$(APP_NAME).map
