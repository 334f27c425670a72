/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Errors by the name that the sources give them.
 */
#ifndef __UK_ERRNO_NAME_H__
#define __UK_ERRNO_NAME_H__

/**
 * The name of an error, such as "EINVAL" of EINVAL or -EINVAL.
 *
 * @return a constant; "unknown error" if <errno.h> has no such number.
 *   Contexts: any.
 */
const char *uk_errno_name(int error);

#endif /* __UK_ERRNO_NAME_H__ */
