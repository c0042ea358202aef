/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/* A folder of its own for each test, with what the tests of a store do to its files. */
typedef struct Folder {
        char *path;  /* of the folder */
        char *store; /* of the database in it */
} Folder;

void folder_init(Folder *folder);
void folder_deinit(Folder *folder); /* removes it, and all files in it */

char *folder_file(const Folder *folder, const char *suffix); /* of a file of the store: "", "-wal" */
GByteArray *file_read(const char *path);
void file_write(const char *path, const GByteArray *bytes);
/* Copies all files of a store to another folder, as they are at this moment. */
void folder_copy(const Folder *from, const Folder *to);
/* Whether any file in it has these bytes anywhere, or a file's name has. */
gboolean folder_contains(const Folder *folder, const void *bytes, gsize size);
