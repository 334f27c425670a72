# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
#
# C++: whether the image has any (UK_CXX), its compiler, and libstdc++'s
# headers, of which those can be used that lib/ukcxx/README.md lists.

UK_CXX := $(firstword $(call cxx_only,$(foreach l,$(filter-out libukcxx,$(UK_LIBS)),$($(call uc,$(l))_SRCS-y))))

ifneq ($(UK_CXX),)
ifneq ($(shell $(UK_BASE)/support/setup cxx >&2 && echo ok),ok)
$(error set-up is not complete: $(UK_CXX) is C++)
endif
# g++'s own, also for clang; newlib's come after them.
CXX_SYSTEM := $(CXXINCLUDES-y) $(shell $(CROSS)g++ -x c++ -E -v /dev/null 2>&1 | \
  sed -n '/^\#include </,/^End/s/^ \(.*c++.*\)/-isystem \1/p')
endif
