/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/*
 * A file that is there as a whole or not at all: it is written under another name beside its own, readable
 * by nobody else, and takes its name when it is complete. Or standard output, where no name is given.
 */
typedef struct OutputFile {
        char *path, *temporary; /* NULL: standard output */
        int fd;
} OutputFile;

/* path NULL: standard output. Says what is wrong: it is there already and `replace` is not given, or cannot
 * be made. */
gboolean output_file_init(OutputFile *file, const char *path, gboolean replace);
/* Durable, and under its name. Says what is wrong. */
gboolean output_file_finish(OutputFile *file);
/* Removes what is not finished. */
void output_file_deinit(OutputFile *file);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(OutputFile, output_file_deinit)
