/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/state-file.h"

#include <glib/gi18n.h>
#include <string.h>

#include "cli/harmless.h"
#include "cli/output.h"

static gboolean fail(const char *path, const char *reason)
{
        g_autofree char *safe = harmless_line(path);

        output_note(_("The state file %s: %s"), safe, reason);
        return FALSE;
}

gboolean state_file_read(const char *path, gboolean *found, guint64 *number)
{
        g_autoptr(GError) error = NULL;
        g_autofree char *contents = NULL;

        *found = FALSE;
        if (!g_file_get_contents(path, &contents, NULL, &error))
                return g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT) ? TRUE
                                                                                : fail(path, error->message);
        g_strchomp(contents);
        if (!g_ascii_string_to_unsigned(contents, 10, 0, G_MAXINT64, number, NULL))
                return fail(path, _("There is something else in it than a number."));
        *found = TRUE;
        return TRUE;
}

gboolean state_file_write(const char *path, guint64 number)
{
        g_autofree char *contents = g_strdup_printf("%" G_GUINT64_FORMAT "\n", number);
        g_autoptr(GError) error = NULL;

        return g_file_set_contents_full(path, contents, (gssize)strlen(contents),
                                        G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600,
                                        &error) ||
               fail(path, error->message);
}
