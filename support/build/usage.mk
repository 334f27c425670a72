# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
#
# Refuses targets and variables that do not exist, and paths that make or the
# shell would take apart, before anything is made.
# A variable of an application or library starts with its name and an
# underscore (APPFOO_..., LIBFOO_...).

VARIABLES := APP ARCH PLAT CC O V SETUP ARGS PARAMS MACHINE ACCEL MEM SMP GDB METRICS \
  SHELL_PORT CORE ON_CRASH VMM STATIC GDB_FLAGS SEED T FUZZ_SECONDS HOSTCC HOST_CLANG NEWLIB_DIR NEWLIB_TARBALL LIBFDT_DIR

# $(call sq,text): one word of the shell, whatever is in text
sq = '$(subst ','\'',$(1))'
# $(call hint,name,names): the name that a misspelt one most likely means
hint = $(and $(2),$(shell $(PYTHON) $(UK_BASE)/support/build/nearest.py $(call sq,$(1)) $(2)))

# The variables of make's command line, which stay the user's in a sub-make.
given := $(foreach v,$(.VARIABLES),$(if $(filter command,$(origin $(v))),$(v)))
own = $(and $(findstring _,$(1)),$(filter APP% LIB%,$(1)))
unknown := $(firstword $(foreach v,$(filter-out $(VARIABLES),$(given)),$(if $(call own,$(v)),,$(v))))
ifneq ($(filter CONFIG_%,$(unknown)),)
$(error $(unknown)= on the command line has no effect on the image: set the option with \
  make menuconfig, or in the application's defconfig)
endif
ifneq ($(unknown),)
$(error unknown variable $(unknown)$(call hint,$(unknown),$(VARIABLES)); make help lists the variables)
endif

define newline


endef
unexport ARGS PARAMS
lines := $(firstword $(foreach v,$(VARIABLES),$(if $(findstring $(newline),$(value $(v))),$(v))))
ifneq ($(lines),)
$(error $(lines)= has more than one line; support/run IMAGE ARG... takes arguments with line ends)
endif

# $(call unsafe,path): what is in it that no path may contain
UNSAFE := $$ : \# % ~ , ( ) ' " & ; | < > = ` \ $(empty)
unsafe = $(if $(word 2,$(1)),blanks )$(foreach c,$(UNSAFE),$(if $(findstring $(c),$(1)),$(c)))
# $(call check_path,variable,what it is,path)
check_path = $(if $(strip $(call unsafe,$(value $(1)))$(call unsafe,$(3))),$(error \
  $(1)="$(value $(1))": the path of $(2) must not contain blanks nor any of $(UNSAFE)))
$(call check_path,O,a build folder,$(abspath $(O)))
$(call check_path,APP,an application,$(if $(findstring /,$(APP)),$(abspath $(APP)),$(APP)))

unknown := $(firstword $(filter-out $(ALL_GOALS) built setup-%,$(MAKECMDGOALS)))
ifneq ($(unknown),)
ifneq ($(wildcard $(UK_BASE)/apps/$(unknown)/Makefile.uk),)
$(error unknown target "$(unknown)": build this application with make APP=$(unknown))
endif
$(error unknown target "$(unknown)"$(call hint,$(unknown),$(ALL_GOALS)); make help lists the targets)
endif
