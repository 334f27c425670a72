/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The options of the image, CONFIG_..., as Unikraft's code asks for them.
 *
 * The build gives the compiler <build folder>/include/config.h before the first
 * line of every C, C++ and assembly source, so that each option is known
 * without this header. It is here for sources that name what they use. An
 * option that is off is not defined, a chosen one is 1, numbers and strings are
 * as in .config: test with #ifdef CONFIG_..., not with #if.
 *
 * Contexts: any; it holds no code.
 */
#ifndef __UK_CONFIG_H__
#define __UK_CONFIG_H__

#endif /* __UK_CONFIG_H__ */
