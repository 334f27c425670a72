/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What depends on the application's name, in one small object.
 */
#include <uk/init.h>
#include "init_internal.h"

const char uk_app_name[] = CONFIG_UK_NAME;
const char uk_image_name[] = CONFIG_UK_NAME ".elf"; /* as it is built */
const char uk_version[] = UK_VERSION;
const char uk_arch_name[] = UK_ARCH_NAME;

char *init_no_args[] = { (char[]){ CONFIG_UK_NAME }, __NULL };
