/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is deleted, edited or expired is nowhere in the store's files any more, for whoever has its key: not in a free
 * page, not in the log, not in the search index.
 */
#include <glib.h>
#include <sodium.h>
#include <sqlite3.h>
#include <string.h>

#include "daemon/contact.h"
#include "daemon/deletion.h"
#include "daemon/edit.h"
#include "storage/cipher-vfs.h"
#include "tests/unit/daemon/side.h"

/* Words that are long enough to be found as they are, and short enough to be words of the index. */
#define SECRET "Unforgettable"
#define WORD   "unforgettable"

static bool has(const uint8_t *data, size_t size, const char *text)
{
        return memmem(data, size, text, strlen(text)) != NULL;
}

/* What somebody with the key reads in a file, decrypted and as a whole. */
static GByteArray *read_file(sqlite3_vfs *vfs, const char *path, int type, sqlite3_file *file)
{
        GByteArray *all = g_byte_array_new();
        sqlite3_int64 size = 0;

        g_assert_cmpint(vfs->xOpen(vfs, path, file, type | SQLITE_OPEN_READWRITE, NULL), ==, SQLITE_OK);
        g_assert_cmpint(file->pMethods->xFileSize(file, &size), ==, SQLITE_OK);
        g_byte_array_set_size(all, (guint)size);
        if (size > 0)
                g_assert_cmpint(file->pMethods->xRead(file, all->data, (int)size, 0), ==, SQLITE_OK);
        return all;
}

static bool file_has(Side *side, const char *text)
{
        g_autofree char *wal_path = g_strconcat(side->path, "-wal", NULL);
        g_autoptr(GByteArray) pages = NULL, wal = NULL;
        g_autofree sqlite3_file *file = NULL, *wal_file = NULL;
        /* SQLite wants two zeros behind a name that is not its own. */
        char path[512] = {0};
        CipherVfs *cipher = NULL;
        sqlite3_vfs *vfs;
        bool found;

        g_strlcpy(path, side->path, sizeof(path) - 2);
        g_assert_cmpint(cipher_vfs_new(&side->key, &cipher), ==, 0);
        vfs = sqlite3_vfs_find(cipher_vfs_name(cipher));
        file = g_malloc0((gsize)vfs->szOsFile);
        wal_file = g_malloc0((gsize)vfs->szOsFile);
        pages = read_file(vfs, path, SQLITE_OPEN_MAIN_DB, file);
        found = has(pages->data, pages->len, text);
        if (g_file_test(wal_path, G_FILE_TEST_EXISTS)) {
                wal = read_file(vfs, wal_path, SQLITE_OPEN_WAL, wal_file);
                found = found || has(wal->data, wal->len, text);
                wal_file->pMethods->xClose(wal_file);
        }
        file->pMethods->xClose(file);
        cipher_vfs_free(cipher);
        return found;
}

/* A message with the secret in the midst of others, so that its page is not all its own. */
static ContentMessageId fill(Side *side)
{
        ContentMessageId secret = {0};
        Store *transaction = NULL;
        Contact contact;

        g_assert_cmpint(store_begin(side->store, &transaction), ==, 0);
        g_assert_cmpint(contact_ensure(side->store, "bob", &contact), ==, 0);
        for (unsigned i = 0; i < 200; i++) {
                g_autofree char *text = i == 100 ? g_strdup(SECRET " words") : g_strdup_printf("other words %u", i);
                Message message = {.outgoing = true, .kind = MESSAGE_TEXT, .text = text, .state = MESSAGE_SENT};

                message.text_size = strlen(text);
                message_id_new(&message.id);
                if (i == 100)
                        secret = message.id;
                g_assert_cmpint(store_message_insert(side->store, contact.id, &message), ==, 0);
        }
        g_assert_cmpint(store_commit(&transaction), ==, 0);
        g_assert_cmpint(database_checkpoint(side->store->database), ==, 0);
        g_assert_true(file_has(side, SECRET));
        g_assert_true(file_has(side, WORD));
        return secret;
}

static void assert_gone(Side *side)
{
        g_assert_true(side->store->must_purge);
        /* In the log it is still there: that is what the cut is for. */
        g_assert_true(file_has(side, SECRET));
        g_assert_cmpint(database_checkpoint(side->store->database), ==, 0);
        g_assert_false(file_has(side, SECRET));
        g_assert_false(file_has(side, WORD));
        g_assert_true(file_has(side, "other words 99"));
        g_assert_true(file_has(side, "other words 101"));
}

static void test_deleted(void)
{
        ContentMessageId secret;
        Side side;

        side_init(&side, "alice", 1);
        secret = fill(&side);
        g_assert_cmpint(delete_message(side.store, &side.self, &secret, false), ==, 0);
        assert_gone(&side);
        side_deinit(&side);
}

static void test_edited(void)
{
        ContentMessageId secret;
        Side side;

        side_init(&side, "alice", 1);
        secret = fill(&side);
        g_assert_cmpint(edit_message(side.store, &side.self, &secret, "harmless", 8), ==, 0);
        assert_gone(&side);
        g_assert_true(side_has_text(&side, "bob", "harmless"));
        side_deinit(&side);
}

/* What waits in the outbox says it as well. */
static void test_edit_that_waits(void)
{
        ContentMessageId secret;
        Side side;

        side_init(&side, "alice", 1);
        secret = fill(&side);
        g_assert_cmpint(edit_message(side.store, &side.self, &secret, SECRET " twice", strlen(SECRET " twice")), ==,
                        0);
        g_assert_cmpint(delete_message(side.store, &side.self, &secret, true), ==, 0);
        assert_gone(&side);
        side_deinit(&side);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_assert_cmpint(sodium_init(), >=, 0);
        g_test_add_func("/deletion/deleted", test_deleted);
        g_test_add_func("/deletion/edited", test_edited);
        g_test_add_func("/deletion/edit-that-waits", test_edit_that_waits);
        return g_test_run();
}
