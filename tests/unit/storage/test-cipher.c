/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the encrypting VFS promises: nothing readable, no damage unnoticed, no other key, a torn log's end is an end. */
#include <errno.h>
#include <glib/gstdio.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>

#include "storage/cipher-block.h"
#include "storage/statement.h"
#include "tests/unit/storage/folder.h"

#define _cleanup_(f) __attribute__((cleanup(f)))

static const DatabaseKey key = { .bytes = "thirty-two bytes of a test's key" };
static const DatabaseKey other_key = { .bytes = "thirty-two bytes of another key." };

static void exec(Database *database, const char *sql)
{
        g_assert_cmpint(database_exec(database, sql), ==, 0);
}

static int64_t query(Database *database, const char *sql)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int64_t value = 0;

        g_assert_cmpint(statement_prepare(database, &s, sql), ==, 0);
        g_assert_cmpint(statement_step(s), ==, 1);
        g_assert_cmpint(statement_column_int64(s, "value", &value), ==, 0);
        return value;
}

/* Opens it and reads all of it: what a damaged store must not survive. */
static int open_and_check(const char *path, const DatabaseKey *with)
{
        _cleanup_(database_closep) Database *database = NULL;
        int r;

        r = database_open(path, with, 0, &database);
        return r < 0 ? r : database_check(database);
}

/* A closed database of some twenty pages, without a log. */
static void make_store(const Folder *folder, const DatabaseKey *with)
{
        _cleanup_(database_closep) Database *database = NULL;

        g_assert_cmpint(database_open(folder->store, with, DATABASE_CREATE, &database), ==, 0);
        exec(database, "CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT) STRICT;"
                       "CREATE INDEX note_text ON note (text);"
                       "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 400)"
                       " INSERT INTO note SELECT i, hex(randomblob(50)) FROM n");
}

static guint blocks_of(const GByteArray *bytes)
{
        g_assert_cmpuint((bytes->len - CIPHER_HEADER_SIZE) % CIPHER_SEALED_SIZE, ==, 0);
        return (bytes->len - CIPHER_HEADER_SIZE) / CIPHER_SEALED_SIZE;
}

static guint8 *block_at(GByteArray *bytes, guint index)
{
        return bytes->data + CIPHER_HEADER_SIZE + (gsize)index * CIPHER_SEALED_SIZE;
}

static void plant(Database *database, const char *journal_mode)
{
        g_autofree char *pragma = g_strdup_printf("PRAGMA journal_mode = %s; PRAGMA cache_size = 5", journal_mode);

        exec(database, pragma);
        exec(database, "CREATE TABLE marker_table (marker_column TEXT, amount INTEGER) STRICT;"
                       "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 2000)"
                       " INSERT INTO marker_table SELECT 'marker-text-' || i, 0x6d61726b6e756d00 + i FROM n");
        /* Uncommitted, and more than the cache holds: it goes to the files before the commit. */
        exec(database, "BEGIN; UPDATE marker_table SET marker_column = marker_column || '-again';"
                       "CREATE TEMPORARY TABLE sorted AS SELECT * FROM marker_table ORDER BY marker_column DESC");
}

static gboolean leaks(const Folder *folder)
{
        static const char *const markers[] = { "marker", "marknum", "SQLite", "CREATE", "\x37\x7f\x06\x82",
                                               "\x37\x7f\x06\x83", "\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" };

        for (gsize i = 0; i < G_N_ELEMENTS(markers); i++)
                if (folder_contains(folder, markers[i], strlen(markers[i])))
                        return TRUE;
        return FALSE;
}

static gboolean leaks_with(const DatabaseKey *with, const char *journal_mode, const char *companion)
{
        Database *database = NULL;
        struct stat status;
        char *path;
        gboolean found;
        Folder folder;

        folder_init(&folder);
        g_assert_cmpint(database_open(folder.store, with, DATABASE_CREATE | DATABASE_EXCLUSIVE, &database), ==, 0);
        plant(database, journal_mode);
        path = folder_file(&folder, companion);
        g_assert_cmpint(stat(path, &status), ==, 0); /* what is to be looked at is there, */
        g_assert_cmpint(status.st_size, >, 20000);   /* with something in it */
        found = leaks(&folder);
        database_close(database);
        found = found || leaks(&folder);
        g_free(path);
        folder_deinit(&folder);
        return found;
}

static void test_nothing_readable(void)
{
        g_assert_false(leaks_with(&key, "wal", "-wal"));
        g_assert_false(leaks_with(&key, "delete", "-journal"));
        /* The test can fail. */
        g_assert_true(leaks_with(NULL, "wal", "-wal"));
        g_assert_true(leaks_with(NULL, "delete", "-journal"));
}

/* docs/store-format.md, read with libsodium alone: keys, header and first block of a store. */
static void test_format(void)
{
        uint8_t keys[3][32], data[25], plain[4096], salt[16], personal[16] = "smstore1";
        g_autoptr(GByteArray) bytes = NULL;
        const uint8_t *at;
        Folder folder;

        folder_init(&folder);
        make_store(&folder, &key);
        bytes = file_read(folder.store);
        at = bytes->data;
        for (uint8_t number = 1; number <= 2; number++) {
                memset(salt, 0, sizeof(salt));
                salt[0] = number;
                g_assert_cmpint(crypto_generichash_blake2b_salt_personal(keys[number], 32, NULL, 0, key.bytes, 32, salt,
                                                                         personal), ==, 0);
        }

        for (uint8_t copy = 0; copy < 2; copy++) {
                memcpy(data, at + 64 * copy, 16);
                data[16] = copy;
                g_assert_cmpint(crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, at + 64 * copy + 40, 24,
                                                                           data, 17, at + 64 * copy + 16, keys[1]),
                                ==, 0);
                g_assert_cmpmem(plain, 8, "\x01\0\0\0\0\x10\0\0", 8);
        }
        memset(data, 0, sizeof(data));
        memcpy(data, at, 16);
        data[16] = 1;
        g_assert_cmpint(crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, at + 128 + 24, 4096 + 16, data, 25,
                                                                   at + 128, keys[2]), ==, 0);
        g_assert_cmpmem(plain, 16, "SQLite format 3", 16);
        folder_deinit(&folder);
}

/* The same content twice is nowhere the same bytes. */
static void test_fresh_nonces(void)
{
        g_autoptr(GByteArray) first = NULL, second = NULL;
        Folder folder;

        folder_init(&folder);
        make_store(&folder, &key);
        first = file_read(folder.store);
        for (unsigned i = 0; i < 2; i++) {
                _cleanup_(database_closep) Database *database = NULL;

                g_assert_cmpint(database_open(folder.store, &key, 0, &database), ==, 0);
                exec(database, "UPDATE note SET text = text"); /* the same pages anew */
        }
        second = file_read(folder.store);
        g_assert_cmpuint(first->len, ==, second->len);
        for (guint i = 0; i < blocks_of(first); i++)
                for (guint j = 0; j < blocks_of(second); j++)
                        if (memcmp(block_at(first, i), block_at(second, j), CIPHER_SEALED_SIZE) != 0)
                                g_assert_cmpint(memcmp(block_at(first, i), block_at(second, j), CIPHER_NONCE_SIZE),
                                                !=, 0);
        g_assert_cmpint(memcmp(block_at(first, 2), block_at(second, 2), CIPHER_SEALED_SIZE), !=, 0);
        folder_deinit(&folder);
}

static void test_wrong_key(void)
{
        g_autoptr(GByteArray) before = NULL, after = NULL;
        Database *database = NULL;
        Folder folder;

        folder_init(&folder);
        make_store(&folder, &key);
        before = file_read(folder.store);
        g_assert_cmpint(database_open(folder.store, &other_key, 0, &database), ==, -EKEYREJECTED);
        g_assert_cmpint(database_open(folder.store, &other_key, DATABASE_CREATE, &database), ==, -EKEYREJECTED);
        g_assert_cmpint(database_open(folder.store, NULL, 0, &database), ==, -EKEYREJECTED);
        after = file_read(folder.store);
        g_assert_cmpmem(before->data, (int)before->len, after->data, (int)after->len);
        g_assert_cmpint(open_and_check(folder.store, &key), ==, 0);
        folder_deinit(&folder);
}

static void test_damage(void)
{
        g_autoptr(GByteArray) bytes = NULL;
        Folder folder;

        folder_init(&folder);
        make_store(&folder, &key);
        bytes = file_read(folder.store);
        g_assert_cmpuint(blocks_of(bytes), >, 15);

        for (guint i = 0; i < CIPHER_HEADER_SIZE; i++) {
                bytes->data[i] ^= 0x10;
                file_write(folder.store, bytes);
                g_assert_cmpint(open_and_check(folder.store, &key), ==, -EBADMSG);
                bytes->data[i] ^= 0x10;
        }
        for (guint i = 0; i < blocks_of(bytes); i++) {
                static const gsize places[] = { 0, CIPHER_NONCE_SIZE, 2000, CIPHER_SEALED_SIZE - 1 };

                for (gsize j = 0; j < G_N_ELEMENTS(places); j++) {
                        block_at(bytes, i)[places[j]] ^= 0x01;
                        file_write(folder.store, bytes);
                        g_assert_cmpint(open_and_check(folder.store, &key), ==, -EBADMSG);
                        block_at(bytes, i)[places[j]] ^= 0x01;
                }
        }
        file_write(folder.store, bytes);
        g_assert_cmpint(open_and_check(folder.store, &key), ==, 0);
        folder_deinit(&folder);
}

static void test_zeroed_block(void)
{
        g_autoptr(GByteArray) bytes = NULL;
        Folder folder;

        folder_init(&folder);
        make_store(&folder, &key);
        bytes = file_read(folder.store);
        for (guint i = 0; i < blocks_of(bytes); i++) {
                g_autofree guint8 *kept = g_memdup2(block_at(bytes, i), CIPHER_SEALED_SIZE);

                memset(block_at(bytes, i), 0, CIPHER_SEALED_SIZE);
                file_write(folder.store, bytes);
                g_assert_cmpint(open_and_check(folder.store, &key), ==, -EBADMSG);
                memcpy(block_at(bytes, i), kept, CIPHER_SEALED_SIZE);
        }
        folder_deinit(&folder);
}

/* Blocks that are authentic, and in the wrong place: of the same file, of another database with the same key. */
static void test_moved_blocks(void)
{
        g_autoptr(GByteArray) bytes = NULL, other = NULL;
        Folder folder, second;

        folder_init(&folder);
        folder_init(&second);
        make_store(&folder, &key);
        make_store(&second, &key);
        bytes = file_read(folder.store);
        other = file_read(second.store);
        for (guint i = 0; i < blocks_of(bytes); i++) {
                g_autofree guint8 *kept = g_memdup2(block_at(bytes, i), CIPHER_SEALED_SIZE);
                guint next = (i + 1) % blocks_of(bytes);

                memcpy(block_at(bytes, i), block_at(bytes, next), CIPHER_SEALED_SIZE);
                file_write(folder.store, bytes);
                g_assert_cmpint(open_and_check(folder.store, &key), ==, -EBADMSG);

                /* By chance, as their contents are, one of the two is a block longer. */
                memcpy(block_at(bytes, i), block_at(other, i % blocks_of(other)), CIPHER_SEALED_SIZE);
                file_write(folder.store, bytes);
                g_assert_cmpint(open_and_check(folder.store, &key), ==, -EBADMSG);
                memcpy(block_at(bytes, i), kept, CIPHER_SEALED_SIZE);
        }
        memcpy(bytes->data, other->data, CIPHER_HEADER_SIZE);
        file_write(folder.store, bytes);
        g_assert_cmpint(open_and_check(folder.store, &key), ==, -EBADMSG);
        folder_deinit(&second);
        folder_deinit(&folder);
}

static void test_truncated(void)
{
        g_autoptr(GByteArray) bytes = NULL;
        guint size;
        Folder folder;

        folder_init(&folder);
        make_store(&folder, &key);
        bytes = file_read(folder.store);
        size = bytes->len;
        for (guint cut = 1; cut < size; cut += cut < 200 ? 1 : 997) {
                g_byte_array_set_size(bytes, size - cut);
                file_write(folder.store, bytes);
                g_assert_cmpint(open_and_check(folder.store, &key), ==, -EBADMSG);
        }
        /* Not down to one byte: to SQLite that is an empty file. */
        for (guint left = CIPHER_HEADER_SIZE; left > 1; left--) {
                gboolean has_copy = left >= CIPHER_HEADER_COPY_SIZE;

                g_byte_array_set_size(bytes, left);
                file_write(folder.store, bytes);
                g_assert_cmpint(open_and_check(folder.store, &key), ==, has_copy ? -EBADMSG : -EKEYREJECTED);
        }
        folder_deinit(&folder);
}

/* The power fails while a new store gets its header. */
static void test_torn_creation(void)
{
        g_autoptr(GByteArray) zeros = g_byte_array_new();
        Folder folder;

        folder_init(&folder);
        for (guint size = 0; size <= CIPHER_HEADER_SIZE; size += CIPHER_HEADER_SIZE) {
                _cleanup_(database_closep) Database *database = NULL;

                while (zeros->len < size)
                        g_byte_array_append(zeros, (const guint8[16]){ 0 }, 16);
                file_write(folder.store, zeros);
                g_assert_cmpint(database_open(folder.store, &key, 0, &database), ==, -EBADMSG);
                g_assert_cmpint(database_open(folder.store, &key, DATABASE_CREATE, &database), ==, 0);
                exec(database, "CREATE TABLE note (id INTEGER) STRICT");
        }
        folder_deinit(&folder);
}

enum { COMMITS = 30 };

/*
 * A store with a log of so many commits as a crash leaves it; ends_out[i]: the size of the log once commit i was
 * durable.
 */
static void make_crashed_store(const Folder *folder, const DatabaseKey *with, goffset ends_out[static COMMITS])
{
        _cleanup_(database_closep) Database *database = NULL;
        g_autofree char *wal = NULL;
        struct stat status;
        Folder live;

        folder_init(&live);
        wal = folder_file(&live, "-wal");
        g_assert_cmpint(database_open(live.store, with, DATABASE_CREATE, &database), ==, 0);
        exec(database, "CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT) STRICT;"
                       "CREATE INDEX note_text ON note (text)");
        g_assert_cmpint(database_checkpoint(database), ==, 0);
        for (unsigned i = 0; i < COMMITS; i++) {
                exec(database, "INSERT INTO note (text) VALUES (hex(randomblob(20 + abs(random() % 3000))))");
                g_assert_cmpint(stat(wal, &status), ==, 0);
                ends_out[i] = status.st_size;
        }
        folder_copy(&live, folder);
        database = database_close(database);
        folder_deinit(&live);
}

/* Opens what is there, and counts the commits in it, which must be the first ones, whole. */
static int64_t recover(const Folder *folder)
{
        _cleanup_(database_closep) Database *database = NULL;
        int64_t count;

        g_assert_cmpint(database_open(folder->store, &key, 0, &database), ==, 0);
        g_assert_cmpint(database_check(database), ==, 0);
        count = query(database, "SELECT count(*) AS value FROM note");
        g_assert_cmpint(query(database, "SELECT coalesce(max(id), 0) AS value FROM note"), ==, count);
        exec(database, "INSERT INTO note (text) VALUES ('life goes on')");
        return count;
}

/* All that was durable before the damage is there; the one commit that was damaged may be, where only padding was. */
static void assert_recovered(const Folder *folder, const goffset *ends, goffset damaged_from)
{
        int64_t durable = 0, count;

        while (durable < COMMITS && ends[durable] <= damaged_from)
                durable++;
        count = recover(folder);
        g_assert_cmpint(count, >=, durable);
        g_assert_cmpint(count, <=, durable + 1);
}

static void test_damaged_log(void)
{
        g_autoptr(GByteArray) main_file = NULL, log = NULL;
        g_autofree char *wal = NULL;
        goffset ends[COMMITS];
        guint size;
        Folder folder;

        folder_init(&folder);
        wal = folder_file(&folder, "-wal");
        make_crashed_store(&folder, &key, ends);
        main_file = file_read(folder.store);
        log = file_read(wal);
        size = log->len;
        g_assert_cmpint(recover(&folder), ==, COMMITS);

        for (guint block = 0; block < size / CIPHER_SEALED_SIZE; block++) {
                gsize at = (gsize)block * CIPHER_SEALED_SIZE;
                g_autofree guint8 *kept = g_memdup2(log->data + at, CIPHER_SEALED_SIZE);

                if (block % 3 == 0)
                        log->data[at + 77] ^= 0x40;
                else if (block % 3 == 1)
                        memset(log->data + at, 0, CIPHER_SEALED_SIZE);
                else /* the second half did not get to the disk */
                        memset(log->data + at + 2048, 0, CIPHER_SEALED_SIZE - 2048);
                file_write(folder.store, main_file);
                file_write(wal, log);
                assert_recovered(&folder, ends, (goffset)at);
                memcpy(log->data + at, kept, CIPHER_SEALED_SIZE);
        }
        for (guint cut = 0; cut < size; cut += 5003) {
                g_byte_array_set_size(log, size - cut);
                file_write(folder.store, main_file);
                file_write(wal, log);
                assert_recovered(&folder, ends, size - cut);
        }
        folder_deinit(&folder);
}

/* An authentic log, of another store with the same key, is none; nor are the blocks of one. */
static void test_foreign_log(void)
{
        g_autofree char *wal = NULL, *foreign_wal = NULL;
        g_autoptr(GByteArray) foreign = NULL;
        goffset ends[COMMITS];
        Folder folder, second;

        folder_init(&folder);
        folder_init(&second);
        wal = folder_file(&folder, "-wal");
        foreign_wal = folder_file(&second, "-wal");
        make_crashed_store(&folder, &key, ends);
        make_crashed_store(&second, &key, ends);
        foreign = file_read(foreign_wal);
        file_write(wal, foreign);
        g_assert_cmpint(recover(&folder), ==, 0);
        folder_deinit(&second);
        folder_deinit(&folder);
}

/* A checkpoint was torn while it wrote the first page, which SQLite looks at before the log that has it too. */
static void test_torn_checkpoint(void)
{
        g_autoptr(GByteArray) bytes = NULL;
        goffset ends[COMMITS];
        Folder folder;

        folder_init(&folder);
        make_crashed_store(&folder, &key, ends);
        bytes = file_read(folder.store);
        memset(block_at(bytes, 0) + 1000, 0, 3000);
        file_write(folder.store, bytes);
        g_assert_cmpint(recover(&folder), ==, COMMITS);
        folder_deinit(&folder);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/cipher/nothing-readable", test_nothing_readable);
        g_test_add_func("/cipher/format", test_format);
        g_test_add_func("/cipher/fresh-nonces", test_fresh_nonces);
        g_test_add_func("/cipher/wrong-key", test_wrong_key);
        g_test_add_func("/cipher/damage", test_damage);
        g_test_add_func("/cipher/zeroed-block", test_zeroed_block);
        g_test_add_func("/cipher/moved-blocks", test_moved_blocks);
        g_test_add_func("/cipher/truncated", test_truncated);
        g_test_add_func("/cipher/torn-creation", test_torn_creation);
        g_test_add_func("/cipher/damaged-log", test_damaged_log);
        g_test_add_func("/cipher/foreign-log", test_foreign_log);
        g_test_add_func("/cipher/torn-checkpoint", test_torn_checkpoint);
        return g_test_run();
}
