/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#define SM_TYPE_EMOJI_VIEW (sm_emoji_view_get_type())
G_DECLARE_FINAL_TYPE(SmEmojiView, sm_emoji_view, SM, EMOJI_VIEW, AdwBin)

/* Emoji to be compared, each with its name: not every machine can draw them. Of Verification.Emoji, "a(uss)"; NULL: none. */
void sm_emoji_view_set_emoji(SmEmojiView *self, GVariant *emoji);
