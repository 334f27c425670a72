# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
#
# Adds the long double functions to libm.a; used by support/newlib/build.
# Wants SRC (newlib's libm), LD (ld80 or ld128), LIBM, CC, AR, CFLAGS.

# b_expl and b_logl are parts of b_tgammal; lrint and lround of lrintl, lroundl.
FILES := $(filter-out %/b_expl.c %/b_logl.c %/s_lrint.c %/s_lround.c, \
  $(wildcard $(SRC)/ld/*.c $(SRC)/$(LD)/*.c))
OBJS := $(notdir $(FILES:.c=.o))

# lrintl() is rintl() and a conversion, which is not to become lrintl() again.
MATH_CFLAGS := -fbuiltin -fno-math-errno \
  $(addprefix -fno-builtin-,rint rintl round roundl)

vpath %.c $(SRC)/ld $(SRC)/$(LD)

$(LIBM): $(OBJS)
	$(AR) rD $@ $^

$(OBJS): %.o: %.c
	$(CC) $(CFLAGS) $(MATH_CFLAGS) -I$(SRC)/ld -I$(SRC)/$(LD) -c -o $@ $<

.PHONY: $(LIBM)
