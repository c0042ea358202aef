/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdio.h>

/*
 * A text as a QR code of characters, two modules high each, light on dark whatever the terminal's colours are; without
 * colours, for a terminal with light words on a dark ground. Nothing is printed where the terminal does not speak UTF-8.
 */
void qr_print(FILE *out, const char *text);
