/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/qr-code.h"

#include <qrencode.h>

enum { QUIET = 4 }; /* modules */

struct ClientQrCode {
        QRcode *code;
};

ClientQrCode *client_qr_code_new(const char *text)
{
        QRcode *encoded = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1);
        ClientQrCode *code;

        if (!encoded)
                return NULL;
        code = g_new0(ClientQrCode, 1);
        code->code = encoded;
        return code;
}

ClientQrCode *client_qr_code_free(ClientQrCode *code)
{
        if (!code)
                return NULL;
        QRcode_free(code->code);
        g_free(code);
        return NULL;
}

int client_qr_code_size(const ClientQrCode *code)
{
        return code->code->width + 2 * QUIET;
}

gboolean client_qr_code_is_dark(const ClientQrCode *code, int x, int y)
{
        int width = code->code->width;

        x -= QUIET;
        y -= QUIET;
        if (x < 0 || y < 0 || x >= width || y >= width)
                return FALSE;
        return (code->code->data[y * width + x] & 1) != 0;
}
