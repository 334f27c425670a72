# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
#
# Unit tests that need no guest: `make check-host`, or `make check-host
# T=ukprint` for those whose path contains that.
#
#   lib/*/tests/host/test_*.c   a cmocka program (gcc, ASan and UBSan);
#                               arch/ and support/vmm/ likewise
#   lib/*/tests/host/fuzz_*.c   a libFuzzer program (clang, ASan and UBSan),
#                               run for FUZZ_SECONDS (1); its first inputs
#                               are in the folder <name>.corpus beside it
#   lib/*/tests/host/Makefile   whatever needs more: its target check is made
#                               with O=, and its output is TAP
#
# A program says in its opening comment what it is built from, paths relative
# to the top of the tree; each line may come several times:
#
#   HOST-SRCS: lib/ukfoo/foo.c lib/ukfoo/bar/      (all of a folder)
#   HOST-FLAGS: -DCONFIG_LIBUKFOO=1 -DCONFIG_LIBUKFOO_SIZE_KB=4
#   HOST-LIBS: -lfdt
#
# It sees the public headers of all libraries and the contracts of arch and
# plat; what the sources call beyond that it defines itself. Link-time tables
# work. To include a private header name it from the test: "../../foo.h".
#
# The last line of output is "N passed, N failed", counting cmocka's tests; a
# program that dies counts as one failure. Everything is made in
# $(O)/host-tests.

HOSTCC ?= gcc
HOST_CLANG ?= clang
FUZZ_SECONDS ?= 1
T ?=
V ?= 0
Q := $(if $(filter 1,$(V)),,@)
OUT := $(O)/host-tests

ROOT := $(UK_BASE)/
rel = $(patsubst $(ROOT)%,%,$(1))
PARTS := $(ROOT)lib/* $(ROOT)arch $(ROOT)support/vmm
TESTS := $(call rel,$(sort $(wildcard $(PARTS:%=%/tests/host/test_*.c))))
FUZZERS := $(call rel,$(sort $(wildcard $(PARTS:%=%/tests/host/fuzz_*.c))))
MAKEFILES := $(call rel,$(sort $(wildcard $(ROOT)lib/*/tests/host/Makefile)))
CHOSEN := $(foreach t,$(TESTS) $(FUZZERS) $(MAKEFILES),$(if $(or $(if $(T),,y),$(findstring $(T),$(t))),$(t)))
ifeq ($(strip $(CHOSEN)),)
$(error no test has "$(T)" in its path: the tests are $(TESTS) $(FUZZERS) $(MAKEFILES))
endif

HOST_ARCH := $(if $(filter aarch64,$(shell uname -m)),arm64,x86_64)
HOST_FLAGS := -std=gnu11 -g -O1 -fno-pic -fno-pie -no-pie -fno-strict-aliasing \
  -fno-omit-frame-pointer -fsanitize=address,undefined \
  -fno-sanitize-recover=all -Wall -Wextra -Werror -Wno-unused-parameter \
  -D__LIBNAME__='"libtest"' -DCONFIG_UK_NAME='"test"' \
  -DCONFIG_UKPLAT_LCPU_MAXCOUNT=1 \
  -Wl,-T,support/build/host-tests.lds
# support/vmm is a program of the host and sees the host's headers only.
INCLUDES = $(if $(filter support/%,$(1)),,$(call rel,$(patsubst %,-I%,$(wildcard $(ROOT)lib/*/include))) \
  -Iarch/include -Iarch/$(HOST_ARCH)/include -Iplat/include)
HEADERS := $(wildcard $(ROOT)support/vmm/*/arch/*/*.c) \
  $(shell find $(addprefix $(ROOT),arch lib plat support/vmm) -name '*.h')

# $(call declared,file,NAME): what the opening comment says about NAME
declared = $(shell sed -n '1,60s/^.*HOST-$(2): *//p' $(ROOT)$(1))
# Sources; of a folder all.
srcs = $(foreach s,$(call declared,$(1),SRCS),$(if $(filter %/,$(s)),$(call rel,$(wildcard $(ROOT)$(s)*.c)),$(s)))
# The program and the log of a test.
prog = $(OUT)/$(basename $(subst /tests/host/,/,$(1)))
log = $(call prog,$(1)).log

build_test = $(HOSTCC)
# clang would put red zones between the records of link-time tables.
build_fuzz = $(HOST_CLANG) -fsanitize=fuzzer -mllvm -asan-globals=0
libs_test := -lcmocka
run_test = CMOCKA_MESSAGE_OUTPUT=TAP timeout 300 $(call prog,$(1))
# What it finds goes to the first folder; the tree is only read
run_fuzz = mkdir -p $(call prog,$(1)).found && timeout $(shell expr $(FUZZ_SECONDS) + 600) $(call prog,$(1)) -max_total_time=$(FUZZ_SECONDS) -timeout=60 -print_final_stats=1 \
  -artifact_prefix=$(call prog,$(1)). $(call prog,$(1)).found \
  $(wildcard $(ROOT)$(basename $(1)).corpus)

# $(call rules,file,test or fuzz)
define rules
SRCS_$(1) := $(call srcs,$(1))

# A test may include a source of its library.
$(call prog,$(1)): $(addprefix $(ROOT),$(1) $(call srcs,$(1))) $(HEADERS) \
  $(wildcard $(ROOT)$(firstword $(subst /tests/, ,$(1)))/*.c) \
  $(ROOT)support/build/host-tests.mk $(ROOT)support/build/host-tests.lds
	$$(Q)mkdir -p $$(@D)
	$$(Q)cd $(ROOT) && $(build_$(2)) $(HOST_FLAGS) $(call INCLUDES,$(1)) $(call declared,$(1),FLAGS) \
	  -o $$@ $(1) $$(SRCS_$(1)) $(call declared,$(1),LIBS) $(libs_$(2))

# The log ends in a line of its own with the exit status.
$(call log,$(1)): $(call prog,$(1)) FORCE
	$(Q)( $(call run_$(2),$(1)) ) >$$@ 2>&1; echo "# status $(2) $$$$?" >>$$@
endef

# A library's own Makefile; Makefile is its name in the summary, too.
define makefile_rules
$(call log,$(1)): FORCE
	$(Q)mkdir -p $$(@D)
	$(Q)timeout 900 $(MAKE) --no-print-directory -C $(ROOT)$(dir $(1)) O=$(O) V=$(V) \
	  check >$$@ 2>&1; echo "# status test $$$$?" >>$$@
endef

$(foreach t,$(filter $(MAKEFILES),$(CHOSEN)),$(eval $(call makefile_rules,$(t))))
$(foreach t,$(filter-out $(MAKEFILES),$(CHOSEN)),\
  $(eval $(call rules,$(t),$(if $(filter $(TESTS),$(t)),test,fuzz))))

LOGS := $(foreach t,$(CHOSEN),$(call log,$(t)))

check-host: $(LOGS)
	$(Q)awk -f $(ROOT)support/build/host-tests.awk $(LOGS)

.PHONY: check-host FORCE
.DEFAULT_GOAL := check-host
