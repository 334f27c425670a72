# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
#
# Compiler, linker and the flags that every object of an image shares.
# CC=gcc (the default) or CC=clang; the linker is always GNU ld.

ifeq ($(origin CC),default)
CC := gcc
endif
ifeq ($(filter gcc gcc-% clang clang-%,$(notdir $(CC))),)
$(error unknown CC "$(CC)": use gcc or clang)
endif
HOSTCC ?= gcc

CROSS := $($(ARCH).triple)-

IS_CLANG := $(findstring clang,$(CC))
TARGET_CC := $(if $(IS_CLANG),$(CC) --target=$($(ARCH).triple),$(CROSS)$(notdir $(CC)))
TARGET_CXX := $(if $(IS_CLANG),$(subst clang,clang++,$(CC)) --target=$($(ARCH).triple),$(CROSS)$(subst gcc,g++,$(notdir $(CC))))
LD := $(CROSS)ld
OBJCOPY := $(CROSS)objcopy

# $(call have_gcc) and $(call have_clang): y or n, for flags of one compiler
have_gcc = $(if $(IS_CLANG),n,y)
have_clang = $(if $(IS_CLANG),y,n)

# What every file of the image is compiled with, applications included.
CFLAGS-y := -std=gnu11 -g -fno-pic -fno-pie -fno-common -ffunction-sections \
  -fdata-sections -fno-omit-frame-pointer -mno-omit-leaf-frame-pointer \
  -fno-asynchronous-unwind-tables -fno-unwind-tables -fno-strict-aliasing \
  -U__linux__ -Ulinux -U__linux -U__gnu_linux__ -Uunix -U__unix -U__unix__
CFLAGS-$(call have_gcc) += -fno-delete-null-pointer-checks
# clang's assembler does not apply the prefix map to its working directory.
CFLAGS-$(call have_clang) += -fno-delete-null-pointer-checks -Qunused-arguments \
  -ffile-compilation-dir=.

ARCH_FLAGS_x86_64 := -m64 -mno-red-zone -fcf-protection=none -mcmodel=small
ARCH_FLAGS_arm64 := -mno-outline-atomics -mlittle-endian
CFLAGS-y += $(ARCH_FLAGS_$(ARCH))

# The same bytes wherever the checkout and the build folder are.
PREFIX_MAP = -ffile-prefix-map=$(APP_DIR)=$(if $(IN_TREE),apps/)$(APP_NAME) \
  -ffile-prefix-map=$(BUILD)=build -ffile-prefix-map=$(OUT)=build \
  -ffile-prefix-map=$(UK_BASE)/= -ffile-prefix-map=$(UK_BASE)=.

WARN := -Wall -Wextra -Wno-unused-parameter
# Code of the house leaves vector registers alone and knows no hosted libc;
# applications are ordinary C programs. Warnings are errors in the house only.
IN_TREE := $(filter $(UK_BASE)/%,$(APP_DIR)/)
LIB_CFLAGS := -Werror -ffreestanding -mgeneral-regs-only -Wundef -Wstrict-prototypes \
  -Wmissing-prototypes $(WARN)
APP_CFLAGS := $(if $(IN_TREE),-Werror) $(WARN)

# C++ without exceptions and without types at run time, and the flags of C that
# C++ does not know.
CXXFLAGS-y := -std=gnu++17 -fno-exceptions -fno-rtti -nostdinc++ -D_Static_assert=static_assert -D_Bool=bool
C_ONLY := -std=gnu11 -ffreestanding -Wstrict-prototypes -Wmissing-prototypes
