/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/storage/folder.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* In memory where that can be: these tests write much, and none of them needs the disk to have it. */
void folder_init(Folder *folder)
{
        const char *parent = g_access("/dev/shm", W_OK) == 0 ? "/dev/shm" : g_get_tmp_dir();

        folder->path = g_build_filename(parent, "storage-XXXXXX", NULL);
        g_assert_nonnull(g_mkdtemp(folder->path));
        folder->store = g_build_filename(folder->path, "store.db", NULL);
}

static GPtrArray *files_of(const Folder *folder)
{
        g_autoptr(GDir) dir = g_dir_open(folder->path, 0, NULL);
        GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
        const char *name;

        g_assert_nonnull(dir);
        while ((name = g_dir_read_name(dir)))
                g_ptr_array_add(names, g_strdup(name));
        return names;
}

void folder_deinit(Folder *folder)
{
        g_autoptr(GPtrArray) names = files_of(folder);

        for (guint i = 0; i < names->len; i++) {
                g_autofree char *path = g_build_filename(folder->path, names->pdata[i], NULL);

                g_unlink(path);
        }
        g_assert_cmpint(g_rmdir(folder->path), ==, 0);
        g_clear_pointer(&folder->path, g_free);
        g_clear_pointer(&folder->store, g_free);
}

char *folder_file(const Folder *folder, const char *suffix)
{
        return g_strconcat(folder->store, suffix, NULL);
}

GByteArray *file_read(const char *path)
{
        g_autoptr(GError) error = NULL;
        char *data;
        gsize size;

        g_file_get_contents(path, &data, &size, &error);
        g_assert_no_error(error);
        return g_byte_array_new_take((guint8 *)data, size);
}

/* In place: an open descriptor goes on seeing the file. */
void file_write(const char *path, const GByteArray *bytes)
{
        FILE *file = g_fopen(path, "wbe");

        g_assert_nonnull(file);
        g_assert_cmpuint(fwrite(bytes->data, 1, bytes->len, file), ==, bytes->len);
        g_assert_cmpint(fclose(file), ==, 0);
}

void folder_copy(const Folder *from, const Folder *to)
{
        g_autoptr(GPtrArray) names = files_of(from);

        for (guint i = 0; i < names->len; i++) {
                g_autofree char *source = g_build_filename(from->path, names->pdata[i], NULL);
                g_autofree char *target = g_build_filename(to->path, names->pdata[i], NULL);
                g_autoptr(GByteArray) bytes = file_read(source);

                file_write(target, bytes);
        }
}

gboolean folder_contains(const Folder *folder, const void *bytes, gsize size)
{
        g_autoptr(GPtrArray) names = files_of(folder);

        for (guint i = 0; i < names->len; i++) {
                g_autofree char *path = g_build_filename(folder->path, names->pdata[i], NULL);
                g_autoptr(GByteArray) content = file_read(path);
                const char *name = names->pdata[i];

                if (memmem(content->data, content->len, bytes, size) || memmem(name, strlen(name), bytes, size))
                        return TRUE;
        }
        return FALSE;
}
