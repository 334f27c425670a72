# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
#
# The front door. `make help` prints every target from the `##` lines below.
# Building is in support/build/, what an image is made of in Makefile.uk.

MAKEFLAGS += --no-builtin-rules --no-print-directory
.SUFFIXES:
.DELETE_ON_ERROR:

UK_VERSION := 0.1.0
UK_BASE := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))
ifneq ($(words $(UK_BASE)),1)
$(error the path of the tree, $(CURDIR), must not contain blanks: move it)
endif
APP  ?= hello
ARCH ?= x86_64
PLAT ?= kvm
O    ?= build
V    ?= 0
SETUP ?= yes
export SETUP

.DEFAULT_GOAL := image

include $(UK_BASE)/support/build/targets.mk
