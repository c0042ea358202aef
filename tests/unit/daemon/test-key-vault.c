/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sodium.h>
#include <unistd.h>

#include "daemon/key-vault.h"

static const UnlockKey unlock_key = {.bytes = {1, 2, 3}};
static const DatabaseKey master = {.bytes = {9, 8, 7}};

typedef struct Folder {
        char *path, *file;
        int fd;
} Folder;

static void set_up(Folder *folder, gconstpointer data)
{
        folder->path = g_dir_make_tmp("key-vault-XXXXXX", NULL);
        folder->file = g_build_filename(folder->path, KEY_VAULT_NAME, NULL);
        folder->fd = open(folder->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        g_assert_cmpint(folder->fd, >=, 0);
}

static void tear_down(Folder *folder, gconstpointer data)
{
        close(folder->fd);
        g_unlink(folder->file);
        g_rmdir(folder->path);
        g_free(folder->file);
        g_free(folder->path);
}

static void test_round_trip(Folder *folder, gconstpointer data)
{
        const UnlockKey other = {.bytes = {1, 2, 4}};
        DatabaseKey found;

        g_assert_false(key_vault_is_there(folder->fd));
        g_assert_cmpint(key_vault_open(folder->fd, &unlock_key, &found), ==, -ENOENT);
        g_assert_cmpint(key_vault_write(folder->fd, &unlock_key, &master), ==, 0);
        g_assert_true(key_vault_is_there(folder->fd));
        g_assert_cmpint(key_vault_open(folder->fd, &unlock_key, &found), ==, 0);
        g_assert_cmpmem(found.bytes, sizeof(found.bytes), master.bytes, sizeof(master.bytes));
        g_assert_cmpint(key_vault_open(folder->fd, &other, &found), ==, KEY_VAULT_WRONG_KEY);

        /* Remembered anew: the key from before opens nothing. */
        g_assert_cmpint(key_vault_write(folder->fd, &other, &master), ==, 0);
        g_assert_cmpint(key_vault_open(folder->fd, &unlock_key, &found), ==, KEY_VAULT_WRONG_KEY);
}

static int open_with(Folder *folder, const char *bytes, size_t size)
{
        DatabaseKey found;

        g_assert_true(g_file_set_contents(folder->file, bytes, (gssize)size, NULL));
        return key_vault_open(folder->fd, &unlock_key, &found);
}

static void test_damaged(Folder *folder, gconstpointer data)
{
        g_autofree char *bytes = NULL;
        size_t size;

        g_assert_cmpint(key_vault_write(folder->fd, &unlock_key, &master), ==, 0);
        g_assert_true(g_file_get_contents(folder->file, &bytes, &size, NULL));
        g_assert_cmpuint(size, ==, KEY_VAULT_SIZE);
        bytes = g_realloc(bytes, size + 1);
        bytes[size] = 0;
        for (size_t cut = 0; cut < size; cut++)
                g_assert_cmpint(open_with(folder, bytes, cut), ==, KEY_VAULT_MALFORMED);
        g_assert_cmpint(open_with(folder, bytes, size + 1), ==, KEY_VAULT_MALFORMED);
        for (size_t i = 0; i < size; i++) {
                bytes[i] ^= 1;
                g_assert_cmpint(open_with(folder, bytes, size), ==,
                                i < 8 ? KEY_VAULT_MALFORMED : KEY_VAULT_WRONG_KEY);
                bytes[i] ^= 1;
        }
        g_assert_cmpint(open_with(folder, bytes, size), ==, 0);
}

/* Neither read nor written through: the file may have been put there by a hand that is not ours. */
static void test_links(Folder *folder, gconstpointer data)
{
        DatabaseKey found;

        g_assert_cmpint(symlink("elsewhere", folder->file), ==, 0);
        g_assert_cmpint(key_vault_open(folder->fd, &unlock_key, &found), ==, -ELOOP);
        g_assert_cmpint(key_vault_write(folder->fd, &unlock_key, &master), ==, -ELOOP);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        if (sodium_init() < 0)
                return 1;
        g_test_add("/key-vault/round-trip", Folder, NULL, set_up, test_round_trip, tear_down);
        g_test_add("/key-vault/damaged", Folder, NULL, set_up, test_damaged, tear_down);
        g_test_add("/key-vault/links", Folder, NULL, set_up, test_links, tear_down);
        return g_test_run();
}
