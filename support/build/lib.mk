# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
#
# The grammar of Makefile.uk (Unikraft's) and the rules behind it:
#
#   $(eval $(call addlib,libfoo))                     always in the image
#   $(eval $(call addlib_s,libfoo,$(CONFIG_LIBFOO)))  if selected
#   LIBFOO_BASE              the folder of the Makefile.uk
#   LIBFOO_SRCS-y            sources; also LIBFOO_SRCS-$(CONFIG_...)
#   LIBFOO_CFLAGS-y, LIBFOO_CINCLUDES-y, LIBFOO_ASFLAGS-y    the library's own
#   LIBFOO_CXXFLAGS-y        the library's own for C++: .cc, .cpp, .cxx
#   LIBFOO_BAR_FLAGS-y       of the file bar.c or bar.S alone
#   LIBFOO_EXPORTS-y         names that it offers beside those of its public
#                            headers: names, patterns, or files that hold them
#   CFLAGS-y, CXXFLAGS-y, CINCLUDES-y    of the whole image
#   UK_PREPARE-y             files that must exist before anything is compiled
#   $(eval $(call import_lib,folder))    reads folder/Makefile.uk; an
#                            application's may import libraries of its own
#
# With CONFIG_LIBUKTEST every tests/test_*.c below a selected library's folder
# is one of its sources.
#
# A library named app* is an application: compiled as such. Objects depend on
# <library>/.flags, a file that changes only when the flags do. The objects of any
# other library become one, in which only its public names are global; it depends
# on <library>/.parts, likewise.
#
# No file that decides what is compiled again names the image's folder: one that
# was moved, or is a copy of another image's, stays built.

UK_LIBS :=
# All that addlib and addlib_s have named, selected or not, in upper case.
KNOWN_LIBS :=
comma := ,
empty :=
space := $(empty) $(empty)

# The folders that are being read, innermost first.
_IMPORTS :=

define import_lib
$(if $(wildcard $(1)/Makefile.uk),,$(error import_lib: $(abspath $(1))/Makefile.uk does not exist; named in \
  $(lastword $(MAKEFILE_LIST))))
_IMPORTS := $(abspath $(1)) $(_IMPORTS)
_IMPORT_BASE := $(abspath $(1))
include $(1)/Makefile.uk
_IMPORTS := $(_IMPORTS)
_IMPORT_BASE := $(firstword $(_IMPORTS))
endef

# Upper case without a process: one substitution a letter, once a name.
_LOWER := a b c d e f g h i j k l m n o p q r s t u v w x y z
_UPPER := A B C D E F G H I J K L M N O P Q R S T U V W X Y Z
_PAIRS := $(join $(addsuffix :,$(_LOWER)),$(_UPPER))
_uc_step = $(if $(2),$(call _uc_step,$(subst $(word 1,$(subst :, ,$(firstword $(2)))),$(word 2,$(subst :, ,$(firstword $(2)))),$(1)),$(wordlist 2,26,$(2))),$(1))
uc = $(foreach w,$(1),$(or $(_UC_$(w)),$(eval _UC_$(w) := $(call _uc_step,$(w),$(_PAIRS)))$(_UC_$(w))))
# Of a file name: everything but letters and digits becomes _.
file_uc = $(subst .,_,$(subst +,_,$(subst -,_,$(call uc,$(1)))))

define addlib
UK_LIBS += $(1)
KNOWN_LIBS += $(call uc,$(1))
$(call uc,$(1))_BASE := $(_IMPORT_BASE)
endef

define addlib_s
KNOWN_LIBS += $(call uc,$(1))
$(call uc,$(1))_BASE := $(_IMPORT_BASE)
$(if $(filter y,$(2)),UK_LIBS += $(1))
endef

# $(call src_obj,lib,source): the object of a source. Below the library's base
# the path is kept, so that arch/x86_64/foo.c and foo.c do not meet.
src_obj = $(BUILD)/$(1)/$(basename $(patsubst $($(call uc,$(1))_BASE)/%,%,$(if $(filter $($(call uc,$(1))_BASE)/%,$(2)),$(2),$(notdir $(2))))).o

# A source's path as the compiler gets it: relative inside the tree, but
# absolute for what was fetched (UK_FETCHED: its folders), so that a prefix map
# finds it wherever it is.
src_rel = $(if $(filter $(addsuffix /%,$(UK_FETCHED)),$(1)),$(1),$(patsubst $(UK_BASE)/%,%,$(1)))

# --- flags -----------------------------------------------------------------
CINCLUDES-y += -I$(call src_rel,$(UK_BASE)/arch/include) \
  -I$(call src_rel,$(UK_BASE)/arch/$(ARCH)/include) -I$(call src_rel,$(UK_BASE)/plat/include)
CFLAGS-$(CONFIG_OPTIMIZE_PERF) += -O2
CFLAGS-$(CONFIG_OPTIMIZE_SIZE) += -Os
CFLAGS-$(CONFIG_OPTIMIZE_DEBUG) += -Og
CFLAGS-$(CONFIG_OPTIMIZE_NONE) += -O0
CFLAGS-$(CONFIG_COMPLETE_CALL_TRACES) += -fno-optimize-sibling-calls
CFLAGS-$(if $(CONFIG_STACKPROTECTOR),y) += -fstack-protector-strong \
  $(if $(filter x86_64,$(ARCH)),-mstack-protector-guard=global)
CFLAGS-$(if $(CONFIG_STACKPROTECTOR),n,y) += -fno-stack-protector

CFLAGS-$(CONFIG_STACK_CLASH_PROTECTION) += -fstack-clash-protection
# The page below a stack has 4 KiB, arm64's gcc counts on 64.
ifeq ($(ARCH) $(call have_gcc),arm64 y)
CFLAGS-$(CONFIG_STACK_CLASH_PROTECTION) += --param=stack-clash-protection-guard-size=12
endif
CFLAGS-$(CONFIG_BRANCH_PROTECTION) += -mbranch-protection=standard

CFLAGS-$(if $(filter-out 0,$(CONFIG_FRAME_WARN)),y) += -Wframe-larger-than=$(CONFIG_FRAME_WARN)

kind_cflags = $(if $(filter app%,$(1)),$(APP_CFLAGS),$(LIB_CFLAGS))

# The folder of a library outside of the tree and of the application, whose
# warnings are its own business.
outside = $(filter-out $(APP_DIR) $(APP_DIR)/% $(UK_BASE)/%,$($(1)_BASE))
outside_flags = $(foreach d,$(call outside,$(2)),-Wno-error -ffile-prefix-map=$(d)=$(1))

# $(call any_flags,lib,LIB): what all its files get, paths relative
any_flags = $(CFLAGS-y) $(if $(filter $(1),$(KASAN_OFF)),,$(KASAN_FLAGS)) $(call kind_cflags,$(1)) $(PREFIX_MAP) \
  $(subst -I$(UK_BASE)/,-I,$($(2)_CINCLUDES-y) $(CINCLUDES-y)) $(NEWLIB_CFLAGS) \
  -include $(CONFIG_H) -D__LIBNAME__='"$(1)"' $(call outside_flags,$(1),$(2))
lib_flags = $(any_flags) $($(2)_CFLAGS-y)

cxx_only = $(filter %.cc %.cpp %.cxx,$(1))
# $(call cxx_flags,lib,LIB): the same for C++ files
cxx_flags = $(CXX_SYSTEM) $(filter-out $(C_ONLY),$(any_flags)) $(CXXFLAGS-y) $($(2)_CXXFLAGS-y)
# $(call compiler,LIB,source): with flags
compiler = $(if $(call cxx_only,$(2)),$(TARGET_CXX) $($(1)_CXX_FLAGS),$(TARGET_CC) $($(1)_FLAGS))

# --- one object ------------------------------------------------------------
# A compiler runs in the folder of the tree. Where make does, it needs no shell.
TO_BASE := $(if $(filter-out $(UK_BASE),$(CURDIR)),cd $(UK_BASE) && )

# $(call obj_rule,lib,LIB,source,object,FILE)
define obj_rule
$(4): $(3) $(BUILD)/$(1)/.flags $(NEWLIB_HEADER) | $(UK_PREPARE-y)
	$(if $(filter 1,$(V)),,$$(info $$(empty)  $(if $(call cxx_only,$(3)),CXX,CC )     $(patsubst $(BUILD)/%,%,$(4))))
	$(Q)$(TO_BASE)$$(call compiler,$(2),$(3)) $(if $(filter %.S,$(3)),-D__ASSEMBLY__ $$($(2)_ASFLAGS-y)) \
	  $$($(2)_$(5)_FLAGS-y) -MMD -MP -MF $$@.dep -MT $$@ -c -o $$@ $(call src_rel,$(3))

-include $(4).dep
endef

# The library that names a source
_named_by = $(firstword $(foreach l,$(KNOWN_LIBS),$(if $(filter $(1),$($(l)_SRCS-y)),$(l))))
# A source that does not exist, unless a rule makes it. One that only a dependency
# file of an earlier build names is no error.
define no_source
%.$(1):
	@$$(if $$(call _named_by,$$@),echo 'make: $$@ does not exist; $$(call _named_by,$$@)_SRCS-y names it$$(_like)' >&2; exit 1,:)
endef
_like = $(call hint,$(@F),$(notdir $(wildcard $(@D)/*$(suffix $@))))
$(foreach e,c S cc cpp cxx,$(eval $(call no_source,$(e))))

# --- one library -----------------------------------------------------------
# Public are the names in headers that other libraries can include: those in
# folders of CINCLUDES-y that are the library's own, and the contracts of arch
# and plat. Tables and events are public by name: an image has one of each.
PUBLIC_DIRS = $(filter $($(1)_BASE) $($(1)_BASE)/%,$(patsubst -I%,%,$(CINCLUDES-y)))
CONTRACT_DIRS := $(patsubst -I%,$(UK_BASE)/%,$(CINCLUDES-y))
headers = $(foreach d,$(1),$(wildcard $(d)/*.h $(d)/*/*.h $(d)/*/*/*.h))
# Arguments of objcopy: what stays global
keep_words = $(addprefix --keep-global-symbols=$(BUILD)/,.names $(if $(strip $($(2)_PUBLIC)),$(1)/.names))
keep_names = $(foreach n,$(1) uk_tab_* uk_event_*,--keep-global-symbol='$(n)')

# The libraries' objects, and arguments of names.awk
LIB_OBJS :=
NAMES_IN := $(call headers,$(CONTRACT_DIRS))
NAMES_ARGS := out=.names $(NAMES_IN)

# $(call one_object,lib,LIB): sections stay apart, so that the image's link sees
# those of the single objects
define one_object
LIB_OBJS += $(BUILD)/$(1).o
NAMES_IN += $($(2)_PUBLIC)
NAMES_ARGS += out=$(1)/.names $($(2)_PUBLIC)
$(2)_KEEP := $(if $(filter $(1),$(KASAN_OFF)),$(KASAN_RAW)) $(call keep_words,$(1),$(2)) \
  $(call keep_names,$(filter-out /%,$($(2)_EXPORTS-y)))

$(BUILD)/$(1).o: $($(2)_OBJS) $(BUILD)/$(1)/.parts $(BUILD)/.names
	$(Q)$(LD) -r --unique -z noexecstack -o $$@ $($(2)_OBJS)
	$(Q)$(OBJCOPY) -w $$($(2)_KEEP) $$@
endef

# $(call lib_rules,lib,LIB)
define lib_rules
$(if $(CONFIG_LIBUKTEST),$(eval $(2)_SRCS-y += $(sort $(wildcard $($(2)_BASE)/tests/test_*.c))))
$(2)_OBJS := $(foreach s,$($(2)_SRCS-y),$(call src_obj,$(1),$(s)))
$(2)_FLAGS := $$(call lib_flags,$(1),$(2))
$(if $(call cxx_only,$($(2)_SRCS-y)),$(2)_CXX_FLAGS := $$(call cxx_flags,$(1),$(2)))
$(foreach s,$($(2)_SRCS-y),$(eval $(call obj_rule,$(1),$(2),$(s),$(call src_obj,$(1),$(s)),$(call file_uc,$(basename $(notdir $(s)))))))
$(2)_PUBLIC := $(call headers,$(call PUBLIC_DIRS,$(2))) $(filter /%,$($(2)_EXPORTS-y))
$$(if $(filter app%,$(1)),,$$(if $$($(2)_OBJS),$$(eval $$(call one_object,$(1),$(2)))))
endef

# $(call record,lib,LIB): what objects and their library depend on beside files
define record
$(call if_changed,$(BUILD)/$(1)/.flags,$(filter-out $(PREFIX_MAP) $(CONFIG_H),$($(2)_FLAGS) \
  $(foreach s,$($(2)_SRCS-y),$($(2)_$(call file_uc,$(basename $(notdir $(s))))_FLAGS-y)) $($(2)_ASFLAGS-y) $(TARGET_CC) $($(2)_CXX_FLAGS)))
$(call if_changed,$(BUILD)/$(1)/.parts,$(subst $(BUILD)/,,$($(2)_OBJS) $($(2)_KEEP)))
endef
