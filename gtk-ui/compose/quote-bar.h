/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#define SM_TYPE_QUOTE_BAR (sm_quote_bar_get_type())
G_DECLARE_FINAL_TYPE(SmQuoteBar, sm_quote_bar, SM, QUOTE_BAR, AdwBin)

/* Above what is written: the message that is answered or edited. Its button emits "cancelled". */
void sm_quote_bar_set(SmQuoteBar *self, const char *icon, const char *title, const char *text); /* title NULL: hidden */
