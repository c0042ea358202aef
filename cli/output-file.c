/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/output-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/harmless.h"
#include "cli/output.h"

static gboolean fail(const char *path, int error)
{
        g_autofree char *safe = harmless_line(path);

        output_note(_("Cannot write %s: %s"), safe, g_strerror(error));
        return FALSE;
}

gboolean output_file_init(OutputFile *file, const char *path, gboolean replace)
{
        *file = (OutputFile){.fd = STDOUT_FILENO};
        if (!path || strcmp(path, "-") == 0)
                return TRUE;
        if (!replace && g_file_test(path, G_FILE_TEST_EXISTS))
                return fail(path, EEXIST);
        file->path = g_strdup(path);
        file->temporary = g_strconcat(path, ".XXXXXX", NULL);
        file->fd = g_mkstemp_full(file->temporary, O_WRONLY | O_CLOEXEC, 0600);
        if (file->fd >= 0)
                return TRUE;
        g_clear_pointer(&file->temporary, g_free);
        return fail(path, errno);
}

gboolean output_file_finish(OutputFile *file)
{
        if (!file->path)
                return TRUE;
        if (fsync(file->fd) < 0 || g_rename(file->temporary, file->path) < 0)
                return fail(file->path, errno);
        g_clear_pointer(&file->temporary, g_free);
        return TRUE;
}

void output_file_deinit(OutputFile *file)
{
        if (file->temporary)
                g_unlink(file->temporary);
        if (file->path && file->fd >= 0)
                close(file->fd);
        g_clear_pointer(&file->temporary, g_free);
        g_clear_pointer(&file->path, g_free);
}
