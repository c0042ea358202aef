/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

/*
 * Is it one sign, as a reaction is: one emoji with what belongs to it (skin tone, variation, joined ones, flags), or one
 * letter with its marks? Nothing that is a control character, changes the direction, or hides. text: UTF-8. What a later
 * Unicode calls an emoji passes; which signs there are is no business of this function.
 */
bool emoji_is_one(const char *text);
