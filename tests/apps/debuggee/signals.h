/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
#ifndef DEBUGGEE_SIGNALS_H
#define DEBUGGEE_SIGNALS_H

/**
 * "signals" raises some, the last of which ends the program; "masked" blocks
 * and ignores all, then writes to address 16; "raise-NAME" raises SIGNAME.
 * Contexts: thread.
 */
void debuggee_signal_scene(const char *scene);

#endif
