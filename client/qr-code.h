/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/* A text as a square of modules, dark or light, with the light quiet zone that ISO/IEC 18004 asks for around it. */
typedef struct ClientQrCode ClientQrCode;

/* NULL: the text does not fit, or is empty. */
ClientQrCode *client_qr_code_new(const char *text);
ClientQrCode *client_qr_code_free(ClientQrCode *code);

/* Modules on a side, the quiet zone among them. */
int client_qr_code_size(const ClientQrCode *code);

/* From the upper left; what is beyond the size is light. */
gboolean client_qr_code_is_dark(const ClientQrCode *code, int x, int y);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ClientQrCode, client_qr_code_free)
