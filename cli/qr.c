/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/qr.h"

#include <glib.h>

#include "cli/output.h"
#include "client/qr-code.h"

static char *line_of(const ClientQrCode *code, int y)
{
        /* Which of the two modules, one above the other, are light. */
        static const char *const blocks[] = {" ", "▄", "▀", "█"};
        g_autoptr(GString) line = g_string_new(NULL);

        for (int x = 0; x < client_qr_code_size(code); x++)
                g_string_append(line, blocks[2 * !client_qr_code_is_dark(code, x, y) +
                                             !client_qr_code_is_dark(code, x, y + 1)]);
        return output_styled(OUTPUT_QR, line->str);
}

void qr_print(FILE *out, const char *text)
{
        g_autoptr(ClientQrCode) code = NULL;

        if (!g_get_charset(NULL))
                return;
        code = client_qr_code_new(text);
        if (!code)
                return;
        for (int y = 0; y < client_qr_code_size(code); y += 2) {
                g_autofree char *line = line_of(code, y);

                fprintf(out, "%s\n", line);
        }
}
