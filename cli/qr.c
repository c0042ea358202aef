/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/qr.h"

#include <glib.h>
#include <qrencode.h>

#include "cli/output.h"

enum { MARGIN = 4 }; /* modules of light around it, as ISO/IEC 18004 asks for */

G_DEFINE_AUTOPTR_CLEANUP_FUNC(QRcode, QRcode_free)

static gboolean is_light(const QRcode *code, int x, int y)
{
        if (x < 0 || y < 0 || x >= code->width || y >= code->width)
                return TRUE;
        return (code->data[y * code->width + x] & 1) == 0;
}

static char *line_of(const QRcode *code, int y)
{
        static const char *const blocks[] = {" ", "▄", "▀", "█"};
        g_autoptr(GString) line = g_string_new(NULL);

        for (int x = -MARGIN; x < code->width + MARGIN; x++)
                g_string_append(line, blocks[2 * is_light(code, x, y) + is_light(code, x, y + 1)]);
        return output_styled(OUTPUT_QR, line->str);
}

void qr_print(FILE *out, const char *text)
{
        g_autoptr(QRcode) code = NULL;

        if (!g_get_charset(NULL))
                return;
        code = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1);
        if (!code)
                return;
        for (int y = -MARGIN; y < code->width + MARGIN; y += 2) {
                g_autofree char *line = line_of(code, y);

                fprintf(out, "%s\n", line);
        }
}
