# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
#
# Every target a user types. A `##` comment after a target is its help.
# Targets that need no configuration stand here; those that build an image
# are in image.mk, which is read only if one of them is asked for.

PYTHON := /usr/bin/python3
Q := $(if $(filter 1,$(V)),,@)

IMAGE_GOALS := image run debug rewind size menuconfig defconfig olddefconfig \
  savedefconfig allnoconfig allyesconfig randconfig listnewconfig
GOALS := $(or $(MAKECMDGOALS),$(.DEFAULT_GOAL))

image:         ## Build build/<app>-<arch>/<app>.elf (the default target)
run:           ## Build and boot it: ARGS= PARAMS= MACHINE= ACCEL= MEM= SMP= GDB= METRICS= SHELL_PORT= CORE= ON_CRASH= VMM=1 V=1
debug:         ## Build and boot it, and start gdb in main: ARGS= GDB_FLAGS= and run's
rewind:        ## Build it, record a run, and start gdb at its crash, to go back from there: ARGS= GDB_FLAGS=
size:          ## Bytes of text, rodata and data of the image, by library
menuconfig:    ## Choose options in a menu
defconfig:     ## Take the application's defconfig again, dropping changes
olddefconfig:  ## Keep .config, give options that are new their defaults
savedefconfig: ## Write the options that differ from the defaults to APP/defconfig
listnewconfig: ## List the options that .config does not know yet
allnoconfig:   ## Configure as little as possible
allyesconfig:  ## Configure as much as possible
randconfig:    ## Configure at random; SEED= repeats one

demo: | setup-run ## Build and boot apps/crash and show its crash screen
	$(Q)$(MAKE) image APP=crash
	$(Q)$(UK_BASE)/support/run --args $(call sq,$(or $(value ARGS),null-write)) $(O)/crash-$(ARCH)/crash.elf; \
	  status=$$?; if [ $$status -ne 70 ]; then exit $$status; fi

PLAT_DIR := $(abspath $(if $(findstring /,$(PLAT)),$(PLAT),$(UK_BASE)/plat/$(strip $(PLAT))))
PLAT_NAME := $(notdir $(PLAT_DIR))
# An image's, in O=
IMAGE_FOLDER = $(notdir $(patsubst %/,%,$(APP)))-$(ARCH)$(if $(filter-out $(UK_BASE)/plat/kvm,$(PLAT_DIR)),-$(PLAT_NAME))

RUN_ALL = $(UK_BASE)/tests/run-all $(if $(T),--only '$(T)' )O=$(abspath $(O))

test: | setup-test setup-lint ## Run lint and every test on both architectures; T=TEST: one of pytest's
	$(Q)$(RUN_ALL)

nightly: | setup-nightly setup-lint ## The same for longer, fuzzers 60 s, 1,000 debuggers ..., and once more with two CPUs
	$(Q)failed=; FUZZ_SECONDS=60 VITRINE_VIRTIO_MIB=256 VITRINE_GDB_CYCLES=1000 \
	  VITRINE_GDB_HITS=300000 VITRINE_PROMETHEUS_SECONDS=60 VITRINE_HTTP_TIMES=30 \
	  VITRINE_REPLAYS=100 VITRINE_STOPS=1000 VITRINE_CONFIGS=40 VITRINE_NEWLIB=1 VITRINE_PROGRAMS=1 VITRINE_NESTED=1 VITRINE_ALL=1 $(RUN_ALL) || failed=y; \
	  $(RUN_ALL) --smp 2 || failed=y; [ -z "$$failed" ]

check-host: | setup-test ## Run the unit tests that need no guest
	$(Q)$(MAKE) -f $(UK_BASE)/support/build/host-tests.mk UK_BASE=$(UK_BASE) O=$(abspath $(O))

check-arch: | setup-test ## Run the guest and black-box tests of one ARCH
	$(Q)$(UK_BASE)/tests/run-all --arch $(ARCH) O=$(abspath $(O))

lint: | setup-lint ## Check layout, words, shell, headers, Kconfig help, objects
	$(Q)$(UK_BASE)/support/lint O=$(abspath $(O))

vmm: | setup-build ## Build build/vmm-<arch>/vmm, a monitor on KVM for hosts of one ARCH, and libvmm.a; STATIC=1
	$(Q)$(MAKE) -f $(UK_BASE)/support/vmm/Makefile O=$(abspath $(O)) ARCH=$(ARCH)

bench: | setup-bench ## Measure; writes build/bench.json
	$(Q)$(UK_BASE)/support/bench O=$(abspath $(O))

bench-gdb: | setup-test ## Measure the stub beside QEMU's own; writes build/bench-gdb.json
	$(Q)$(UK_BASE)/support/bench-gdb O=$(abspath $(O))

screenshot: | setup-test ## Take doc/page.png, the picture of the README, in headless Chromium
	$(Q)$(MAKE) image APP=metrics
	$(Q)$(UK_BASE)/support/screenshot $(O)/metrics-$(ARCH)/metrics.elf $(UK_BASE)/doc/page.png

gdb-suite: | setup-gdb-suite ## Run GDB's own testsuite against the stub on both architectures; T=gdb.base/break.exp: one file
	$(Q)$(UK_BASE)/tests/gdb-suite/run O=$(abspath $(O)) $(T)

clean:         ## Remove the image's folder; keeps newlib and other images
	$(Q)folder=$(abspath $(O))/$(IMAGE_FOLDER); [ ! -d $$folder ] || \
	  $(UK_BASE)/support/build/locked $$folder rm -rf $$folder

distclean:     ## Remove the whole build folder
	$(Q)for lock in $(O)/*.lock; do \
	  [ ! -e $$lock ] || $(UK_BASE)/support/build/locked $(abspath $(O))/$$(basename $$lock .lock) true; done
	$(Q)rm -rf $(O)

help:          ## Print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  %-14s %s\n", $$1, $$2}' \
	  $(UK_BASE)/support/build/targets.mk
	@echo
	@echo '  APP=<name or path>   an application in apps/ or a folder outside ($(APP))'
	@echo '  ARCH=<arch>          x86_64 or arm64 ($(ARCH))'
	@echo '  PLAT=<name or path>  a platform in plat/ or a folder outside ($(PLAT))'
	@echo '  CC=gcc|clang  O=<build folder>  V=1  SETUP=no'
	@echo '  run, debug: ARGS= PARAMS= MACHINE= ACCEL= MEM= SMP= GDB= METRICS= SHELL_PORT= CORE= ON_CRASH= VMM=1 GDB_FLAGS='
	@echo '  randconfig: SEED=   check-host: T=<part of a path> FUZZ_SECONDS= HOSTCC= HOST_CLANG='
	@echo '  folders of what is built once: NEWLIB_DIR= NEWLIB_TARBALL= LIBFDT_DIR='

setup-%:
	$(Q)$(UK_BASE)/support/setup $*

ALL_GOALS := $(shell sed -nE 's/^([a-z-]+):.*/\1/p' $(UK_BASE)/support/build/targets.mk)
.PHONY: $(ALL_GOALS) built

include $(UK_BASE)/support/build/usage.mk
ifneq ($(filter $(IMAGE_GOALS) built,$(GOALS)),)
include $(UK_BASE)/support/build/app.mk
endif
