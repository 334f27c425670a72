# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
#
# From objects to the bootable image. With uksymtab selected the image is
# linked twice: the tables stand after everything that they describe, so
# that the second link moves nothing and is final; the build verifies that.

$(foreach l,$(UK_LIBS),$(eval $(call lib_rules,$(l),$(call uc,$(l)))))

OBJS := $(foreach l,$(UK_LIBS),$($(call uc,$(l))_OBJS))
APP_OBJS := $(filter $(BUILD)/app%,$(OBJS))
LINK_LDS := $(BUILD)/link.lds

_missing = $(filter-out $(wildcard $(1)),$(1))
_folders := $(sort $(dir $(OBJS)) $(UK_LIBS:%=$(BUILD)/%/))
$(if $(call _missing,$(_folders)),$(shell mkdir -p $(_folders)))
$(foreach l,$(UK_LIBS),$(call record,$(l),$(call uc,$(l))))

LDFLAGS-y += -nostdlib -static --gc-sections --build-id=sha1 -z noexecstack \
  -z max-page-size=4096 -z norelro --no-warn-rwx-segments --fatal-warnings \
  --orphan-handling=error

# newlib runs main; an image of tests has none.
NEEDS_MAIN := $(and $(CONFIG_LIBNEWLIB),$(if $(CONFIG_LIBUKTEST),,y))
LDFLAGS-$(NEEDS_MAIN) += --require-defined=main

LINK_FLAGS := $(strip $(LDFLAGS-y)) -T $(LINK_LDS)
LINK_IN := $(LIB_OBJS) $(APP_OBJS) $(UK_LDLIBS-y) $(NEWLIB_LIBS)
$(call if_changed,$(BUILD)/.link,$(LD) $(LINK_FLAGS) $(LINK_IN) $(OBJS))

ifeq ($(UK_LINKER_SCRIPT),)
$(error platform "$(PLAT)": $(PLAT_DIR)/Makefile.uk sets no UK_LINKER_SCRIPT, its linker script)
endif
$(LINK_LDS): $(UK_LINKER_SCRIPT) $(UK_BASE)/plat/common/include/link.lds.h $(AUTO_CONF)
	$(Q)$(TARGET_CC) -E -P -x assembler-with-cpp -D__ASSEMBLY__ -nostdinc \
	  -I$(UK_BASE)/plat/common/include -include $(CONFIG_H) $< -o $@.tmp
	$(Q)cmp -s $@.tmp $@ && touch $@ && rm $@.tmp || mv $@.tmp $@

# --- dependencies ----------------------------------------------------------
# One process for all objects that are new; before it, they depend on config.h as a whole.
$(BUILD)/.deps: $(OBJS) $(UK_BASE)/support/build/fixdep.awk
	$(Q)awk -v build=$(BUILD) -v skip=$(CONFIG_H) -f $(UK_BASE)/support/build/fixdep.awk $(OBJS:=.dep) && touch $@

LINK_DEPS := $(BUILD)/.deps $(LIB_OBJS) $(APP_OBJS) $(LINK_LDS) $(BUILD)/.link $(NEWLIB_STAMP) $(UK_LINK_DEPS-y)

# --- public names ----------------------------------------------------------
# One process writes the lists of all libraries.
$(call if_changed,$(BUILD)/.headers,$(NAMES_ARGS))
$(BUILD)/.names: $(sort $(NAMES_IN)) $(UK_BASE)/support/build/names.awk $(BUILD)/.headers | $(NEWLIB_STAMP) $(UK_PREPARE-y)
	$(Q)cd $(BUILD) && awk -f $(UK_BASE)/support/build/names.awk $(NAMES_ARGS)

# --- without tables --------------------------------------------------------
$(BUILD)/$(APP_NAME).nosym.elf: $(LINK_DEPS)
	$(if $(filter 1,$(V)),,@echo '  LD      $(@F)')
	$(Q)cd $(BUILD) && $(LD) $(LINK_FLAGS) -Map=$(BUILD)/$(APP_NAME).map -o $@ $(LINK_IN) 2>$@.err || { \
	  cat $@.err >&2; nm -A $(LIB_OBJS:$(BUILD)/%=%) | awk -f $(UK_BASE)/support/build/private.awk $@.err - >&2; \
	  $(if $(NEEDS_MAIN),nm -A $(OBJS) 2>&1 | grep -q ' [TW] main$$' || echo "$(APP_DIR): no source in" \
	  "$(firstword $(_APP_LIBS))_SRCS-y of Makefile.uk defines main" >&2;) \
	  $(if $(UK_CXX),if nm $(OBJS) 2>&1 | grep -qE ' U (_Unwind_Resume|__cxa_throw|__cxa_begin_catch)$$'; then \
	  echo 'there are no C++ exceptions: do not compile with -fexceptions (lib/ukcxx/README.md)' >&2; fi;) exit 1; }

ifeq ($(CONFIG_LIBUKSYMTAB),y)
SYMTAB_FLAGS := --syms $(if $(CONFIG_LIBUKSYMTAB_LINES),--lines) \
  $(if $(CONFIG_LIBUKSYMTAB_INLINES),--inlines) $(if $(CONFIG_LIBUKSYMTAB_UNWIND),--unwind)
SYMTAB_O := $(BUILD)/symtab.o

$(BUILD)/symtab.bin: $(BUILD)/$(APP_NAME).nosym.elf $(MKSYMTAB)
	$(Q)$(MKSYMTAB) $(SYMTAB_FLAGS) -o $@ $<

$(SYMTAB_O): $(BUILD)/symtab.bin $(UK_BASE)/support/symtab/blob.S
	$(Q)cd $(BUILD) && $(TARGET_CC) -c -o $@ -x assembler-with-cpp -I. $(UK_BASE)/support/symtab/blob.S
endif

# --- final -----------------------------------------------------------------
$(IMAGE): $(BUILD)/$(APP_NAME).nosym.elf $(SYMTAB_O) $(UK_BASE)/support/build/extable.py $(UK_BASE)/support/build/store_ids.py
ifeq ($(CONFIG_LIBUKSYMTAB),y)
	$(if $(filter 1,$(V)),,@echo '  LD      $(@F)')
	$(Q)cd $(BUILD) && $(LD) $(LINK_FLAGS) -Map=$(BUILD)/$(APP_NAME).map -o $@.tmp $(LINK_IN) $(SYMTAB_O)
	$(Q)$(MKSYMTAB) $(SYMTAB_FLAGS) --verify $@.tmp
else
	$(Q)cp $< $@.tmp
endif
	$(Q)$(PYTHON) $(UK_BASE)/support/build/extable.py $@.tmp
	$(if $(CONFIG_LIBUKSTORE),$(Q)$(PYTHON) $(UK_BASE)/support/build/store_ids.py $@.tmp $(CROSS)readelf)
	$(Q)mv $@.tmp $@

# --- compile_commands.json -------------------------------------------------
comma := ,
json_str = "$(subst ",\",$(subst \,\\,$(1)))"
define json_entry
{"directory": $(call json_str,$(UK_BASE)), "file": $(call json_str,$(call src_rel,$(3))), "command": $(call json_str,$(strip $(call compiler,$(2),$(3)) -c $(call src_rel,$(3))))}
endef
define json_lib
$(foreach s,$($(call uc,$(1))_SRCS-y),$(call json_entry,$(1),$(call uc,$(1)),$(s))
)
endef

$(BUILD)/compile_commands.json: $(AUTO_CONF) $(BUILD)/.link
	$(file >$@.in)$(foreach l,$(UK_LIBS),$(foreach s,$($(call uc,$(l))_SRCS-y),$(file >>$@.in,$(call json_entry,$(l),$(call uc,$(l)),$(s)))))
	$(Q)awk 'BEGIN { print "[" } NF { if (n++) print ","; printf "%s", $$0 } END { print "\n]" }' $@.in > $@ && rm -f $@.in

# gdb looks for commands beside the image.
$(IMAGE)-gdb.py:
	$(Q)ln -srf $(UK_BASE)/support/gdb_commands.py $@

image: $(IMAGE) $(IMAGE)-gdb.py $(BUILD)/compile_commands.json
