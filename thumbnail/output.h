/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* What the programs of this folder say: two numbers, 32 bits each with the high byte first, and bytes, to standard output. */

/* Without what exit() runs: the sandbox has no room for it. */
_Noreturn void output_end(int status);

/* What cannot be written ends the program. */
void output_size(uint32_t width, uint32_t height);
void output_bytes(const uint8_t *data, size_t size);
