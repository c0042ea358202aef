/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#define SM_TYPE_OUTGOING_BAR (sm_outgoing_bar_get_type())
G_DECLARE_FINAL_TYPE(SmOutgoingBar, sm_outgoing_bar, SM, OUTGOING_BAR, AdwBin)

/* Files that wait in the composer, each with its name, its size and a small picture of it, and with a button that takes it out. */
void sm_outgoing_bar_set_files(SmOutgoingBar *self, GListStore *files); /* of SmOutgoingFile; NULL: none */
