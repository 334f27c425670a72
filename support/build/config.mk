# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
#
# From Config.uk and defconfig to .config, config.h and make variables.
# Everything Kconfig is kconfiglib's; support/kconfig is the glue.
#
# auto.conf is remade, and make started afresh by its own rule for included
# files, whenever .config or a Config.uk changed. kconfiglib touches one empty
# file per option that changed, under include/config/; objects depend on the
# files of just the options that they use (fixdep.awk).

DOTCONFIG := $(BUILD)/.config
CONFIG_DIR := $(BUILD)/include/config
AUTO_CONF := $(CONFIG_DIR)/auto.conf
CONFIG_H := $(BUILD)/include/config.h

export ARCH APP_NAME APP_DIR PLAT_DIR UK_BASE DOTCONFIG CONFIG_DIR CONFIG_H
KCONFIG := $(PYTHON) $(UK_BASE)/support/kconfig

CONFIG_UK := $(UK_BASE)/Config.uk $(wildcard $(UK_BASE)/arch/Config.uk \
  $(UK_BASE)/plat/Config.uk $(UK_BASE)/support/build/Config.uk \
  $(UK_BASE)/lib/*/Config.uk $(PLAT_DIR)/Config.uk $(APP_DIR)/Config.uk)
DEFCONFIG := $(wildcard $(APP_DIR)/defconfig)

# Changes when a defconfig comes or goes.
$(call if_changed,$(BUILD)/.defconfig,defconfig: $(DEFCONFIG))

CONFIG_GOALS := menuconfig defconfig olddefconfig savedefconfig listnewconfig \
  allnoconfig allyesconfig randconfig

$(CONFIG_GOALS):
	$(Q)mkdir -p $(BUILD)
	$(Q)SEED=$(SEED) $(KCONFIG) $@

ifeq ($(filter $(CONFIG_GOALS),$(GOALS)),)
CONFIG_READY := y

$(AUTO_CONF): $(wildcard $(DOTCONFIG)) $(BUILD)/.defconfig $(CONFIG_UK) $(DEFCONFIG) $(UK_BASE)/support/kconfig
	$(Q)mkdir -p $(CONFIG_DIR)
	$(Q)$(KCONFIG) sync
	$(Q)touch $@

include $(AUTO_CONF)
-include $(AUTO_CONF).dep
endif
