# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
#
# Which image a make is about, and what is done with it. What builds it or
# changes its .config is a make of its own that holds the folder's lock
# (image.mk); running it needs none.

# --- which application, which architecture ---------------------------------
include $(UK_BASE)/support/archs.mk
ifeq ($(filter $(ARCH),$(KNOWN_ARCHS)),)
$(error unknown ARCH "$(ARCH)": use one of $(KNOWN_ARCHS))
endif

ifeq ($(strip $(APP)),)
$(error APP is empty: use the name of an application in apps/ or the path of a folder)
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

ifneq ($(words $(wildcard $(PLAT_DIR)/Makefile.uk $(PLAT_DIR)/Config.uk)),2)
$(error unknown PLAT "$(PLAT)": $(PLAT_DIR) lacks a Makefile.uk or a Config.uk; use one \
  of $(notdir $(patsubst %/Config.uk,%,$(wildcard $(UK_BASE)/plat/*/Config.uk))) or the path of a folder)
endif

ifneq ($(filter $(UK_BASE) $(APP_DIR),$(PLAT_DIR)),)
$(error PLAT "$(PLAT)" is no platform: $(PLAT_DIR) is the folder of the tree or of the application)
endif

ifeq ($(strip $(O)),)
$(error O is empty: it is the build folder, such as O=build)
endif
OUT := $(abspath $(O))
BUILD := $(OUT)/$(IMAGE_FOLDER)
IMAGE := $(BUILD)/$(APP_NAME).elf

# --- under the lock -----------------------------------------------------------
ifeq ($(VITRINE_LOCKED),$(BUILD))
include $(UK_BASE)/support/build/image.mk
else
LOCKED := $(UK_BASE)/support/build/locked $(BUILD) $(MAKE) -f $(UK_BASE)/Makefile

$(filter-out run debug rewind menuconfig,$(IMAGE_GOALS)) built:
	+$(Q)$(LOCKED) $@

# Writes .config in one step, and may stay open for long.
menuconfig:
	+$(Q)mkdir -p $(BUILD) && VITRINE_LOCKED=$(BUILD) $(MAKE) -f $(UK_BASE)/Makefile $@

# --- booting it ----------------------------------------------------------------
flag = $(if $(2),$(1) $(call sq,$(2)))
RUN_FLAGS := $(if $(filter 1,$(VMM)),--vmm) $(call flag,--machine,$(MACHINE)) $(call flag,--accel,$(ACCEL)) \
  $(call flag,--gdb,$(GDB)) $(call flag,--metrics,$(METRICS)) \
  $(call flag,--shell,$(SHELL_PORT)) $(call flag,--core,$(CORE)) $(call flag,--on-crash,$(ON_CRASH)) \
  $(call flag,--mem,$(MEM)) $(call flag,--smp,$(SMP)) \
  $(call flag,--params,$(value PARAMS)) $(if $(filter 1,$(V)),--verbose)

ifneq ($(filter-out 1,$(VMM)),)
  $(error VMM=$(VMM): VMM=1 boots with support/vmm, nothing with QEMU)
endif
ifeq ($(VMM),1)
run debug: monitor
run debug: export VITRINE_VMM := $(or $(VITRINE_VMM),$(OUT)/vmm-$(ARCH)/vmm)
.PHONY: monitor
monitor:
	$(Q)$(MAKE) -f $(UK_BASE)/Makefile vmm
endif

run: built
	$(Q)$(UK_BASE)/support/setup run $(if $(ON_CRASH),debug)
	$(Q)$(UK_BASE)/support/run $(RUN_FLAGS) $(call flag,--args,$(value ARGS)) $(IMAGE)

# The guest waits for gdb in the background, and ends with it.
debug: built
	@$(if $(VMM),true ||) grep -q '^CONFIG_LIBUKGDB=y' $(BUILD)/.config || { \
	  echo 'make debug: $(APP_NAME) has no stub for a debugger: switch LIBUKGDB on (make menuconfig,' \
	  'or CONFIG_LIBUKGDB=y in $(APP_DIR)/defconfig)' >&2; exit 1; }
	$(Q)$(UK_BASE)/support/setup run debug
	$(Q)set -f; $(UK_BASE)/support/gdb --boot --run $(call sq,$(RUN_FLAGS)) --args $(call sq,$(value ARGS)) $(IMAGE) $(GDB_FLAGS)

# The recording stays until the next one.
RECORDING := $(BUILD)/recording
rewind: built
	$(Q)$(UK_BASE)/support/setup run debug
	$(Q)rm -rf $(RECORDING)
	$(Q)$(UK_BASE)/support/run --record $(RECORDING) $(RUN_FLAGS) $(call flag,--args,$(value ARGS)) $(IMAGE); \
	  grep -qs '"files"' $(RECORDING)/run.json # it is complete; else why, support/run says
	$(Q)set -f; $(UK_BASE)/support/gdb --replay $(RECORDING) $(GDB_FLAGS)
endif
