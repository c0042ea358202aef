/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#define SM_TYPE_QR_VIEW (sm_qr_view_get_type())
G_DECLARE_FINAL_TYPE(SmQrView, sm_qr_view, SM, QR_VIEW, GtkWidget)

/* A text as a QR code: dark on light in every style, for that is what cameras look for. "": nothing. */
void sm_qr_view_set_text(SmQrView *self, const char *text);
