/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is deleted, edited or expired is nowhere in the store's files any more, for whoever has its key: not in a free
 * page, not in the log, not in the search index.
 */
#include <glib.h>
#include <sodium.h>
#include <sqlite3.h>
#include <string.h>

#include "daemon/cleanup.h"
#include "daemon/clock.h"
#include "daemon/contact.h"
#include "daemon/deletion.h"
#include "daemon/edit.h"
#include "daemon/expiry.h"
#include "daemon/reaction.h"
#include "daemon/store-reaction.h"
#include "daemon/store-target.h"
#include "daemon/store-timer.h"
#include "storage/cipher-vfs.h"
#include "tests/unit/daemon/side.h"

/* Words that are long enough to be found as they are, and short enough to be words of the index. */
#define SECRET "Unforgettable"
#define WORD   "unforgettable"

static bool has(const uint8_t *data, size_t size, const char *text)
{
        return size > 0 && memmem(data, size, text, strlen(text));
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
static ContentMessageId fill_with(Side *side, bool outgoing, uint32_t timer)
{
        ContentMessageId secret = {0};
        Store *transaction = NULL;
        Contact contact;

        g_assert_cmpint(store_begin(side->store, &transaction), ==, 0);
        g_assert_cmpint(contact_ensure(side->store, "bob", &contact), ==, 0);
        for (unsigned i = 0; i < 200; i++) {
                g_autofree char *text = i == 100 ? g_strdup(SECRET " words") : g_strdup_printf("other words %u", i);
                Message message = {.outgoing = outgoing,
                                   .kind = MESSAGE_TEXT,
                                   .text = text,
                                   .timer_s = i == 100 ? timer : 0,
                                   .state = outgoing ? MESSAGE_SENT : MESSAGE_RECEIVED};

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

static ContentMessageId fill(Side *side)
{
        return fill_with(side, true, 0);
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

/* ---- Timers ---- */

static int quoted(void *userdata, const Quote *quote)
{
        *(bool *)userdata = quote->text != NULL;
        return 0;
}

/* A reply to it, from the other side: what it quotes is the message itself. */
static uint64_t reply_to(Side *side, const ContentMessageId *id)
{
        Message reply = {.kind = MESSAGE_TEXT,
                         .text = "quite",
                         .text_size = 5,
                         .state = MESSAGE_RECEIVED,
                         .has_reply_to = true,
                         .reply_to = *id};
        Store *transaction = NULL;

        message_id_new(&reply.id);
        g_assert_cmpint(store_begin(side->store, &transaction), ==, 0);
        g_assert_cmpint(store_message_insert(side->store, side_contact(side, "bob").id, &reply), ==, 0);
        g_assert_cmpint(store_commit(&transaction), ==, 0);
        return reply.number;
}

static bool quotes(Side *side, uint64_t reply)
{
        bool has_text = false;
        int r = store_quote_find(side->store, reply, quoted, &has_text);

        g_assert_cmpint(r, >=, 0);
        return r == 0 && has_text;
}

static int assert_empty(void *userdata, const Message *message)
{
        g_assert_cmpint(message->kind, ==, MESSAGE_EXPIRED);
        g_assert_null(message->text);
        g_assert_cmpuint(message->expires_ms, ==, 0);
        return 0;
}

static int no_reaction(void *userdata, const char *person, const char *emoji)
{
        g_assert_not_reached();
        return 0;
}

static void begin_time(Side *side, const MessageTarget *target, uint64_t now_ms)
{
        Store *transaction = NULL;

        g_assert_cmpint(store_begin(side->store, &transaction), ==, 0);
        if (target->outgoing)
                g_assert_cmpint(store_timer_start(side->store, target->number, now_ms), ==, 0);
        else
                g_assert_cmpint(store_timer_start_read(side->store, target->contact, target->number, now_ms), ==, 0);
        g_assert_true(side->store->timers_changed);
        g_assert_cmpint(store_commit(&transaction), ==, 0);
}

/* As if so much time had gone by. */
static void shift(Side *side, int64_t ms)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        Store *transaction = NULL;

        g_assert_cmpint(store_begin(side->store, &transaction), ==, 0);
        g_assert_cmpint(statement_prepare(side->store->database, &s, "UPDATE message SET expires = expires + :ms"), ==,
                        0);
        statement_bind_int64(s, ":ms", ms);
        g_assert_cmpint(statement_run(s), ==, 0);
        g_assert_cmpint(store_commit(&transaction), ==, 0);
}

/* With a reaction, a reply, and an edit that waits; on the sender's side and on the other. */
static void test_expired(gconstpointer outgoing)
{
        const uint64_t now = clock_now_ms();
        ContentMessageId secret;
        MessageTarget target;
        uint64_t next = 0, reply;
        Side side;

        side_init(&side, "alice", 1);
        secret = fill_with(&side, outgoing != NULL, 60);
        reply = reply_to(&side, &secret);
        if (outgoing)
                g_assert_cmpint(edit_message(side.store, &side.self, &secret, SECRET " again",
                                             strlen(SECRET " again")),
                                ==, 0);
        g_assert_cmpint(react_to_message(side.store, &side.self, &secret, "\xf0\x9f\x91\x8d"), ==, 0);
        g_assert_cmpint(store_target_find(side.store, &secret, &target), ==, 0);
        g_assert_cmpint(expire_messages(side.store, &next), ==, 0);
        g_assert_cmpuint(next, ==, 0);

        /* Begun, and begun again, which changes nothing. */
        begin_time(&side, &target, now);
        begin_time(&side, &target, now + 5000);
        g_assert_cmpint(expire_messages(side.store, &next), ==, 0);
        g_assert_cmpuint(next, ==, now + 60000);
        g_assert_true(quotes(&side, reply));

        /* An hour later. */
        side.store->must_purge = false;
        shift(&side, -3600 * 1000);
        g_assert_false(quotes(&side, reply));
        g_assert_cmpint(store_message_get(side.store, target.number, assert_empty, NULL), ==, 0);
        g_assert_cmpuint(side_count(&side, "bob", MESSAGE_TEXT), ==, 200);
        g_assert_cmpint(expire_messages(side.store, &next), ==, 0);
        g_assert_cmpuint(next, ==, 0);
        g_assert_cmpint(store_message_get(side.store, target.number, assert_empty, NULL), ==, 0);
        g_assert_cmpuint(side_count(&side, "bob", MESSAGE_TEXT), ==, 200);
        g_assert_cmpuint(side_count(&side, "bob", MESSAGE_EXPIRED), ==, 0);
        g_assert_cmpint(store_reaction_each(side.store, target.number, no_reaction, NULL), ==, 0);
        assert_gone(&side);
        side_deinit(&side);
}

/* The clock was set back by a year meanwhile: nothing stays for a year. */
static void test_clock_set_back(void)
{
        const uint64_t now = clock_now_ms(), year = UINT64_C(365) * 24 * 3600 * 1000;
        Store *transaction = NULL;
        ContentMessageId secret;
        MessageTarget target;
        uint64_t next = 0;
        Side side;

        side_init(&side, "alice", 1);
        secret = fill_with(&side, true, 60);
        g_assert_cmpint(store_target_find(side.store, &secret, &target), ==, 0);
        begin_time(&side, &target, now + year);
        g_assert_cmpint(store_begin(side.store, &transaction), ==, 0);
        g_assert_cmpint(store_timer_limit(side.store, now), ==, 0);
        g_assert_cmpint(store_commit(&transaction), ==, 0);
        g_assert_cmpint(expire_messages(side.store, &next), ==, 0);
        g_assert_cmpuint(next, ==, now + 60000);
        side_deinit(&side);
}

/* More than one transaction takes: the rest is said to be due at once, and is not shown meanwhile. */
static void test_many(void)
{
        const uint64_t long_ago = 1000;
        Store *transaction = NULL;
        uint64_t next = 0;
        unsigned turns = 0;
        Contact contact;
        Side side;

        side_init(&side, "alice", 1);
        g_assert_cmpint(store_begin(side.store, &transaction), ==, 0);
        g_assert_cmpint(contact_ensure(side.store, "bob", &contact), ==, 0);
        for (unsigned i = 0; i < 120; i++) {
                Message message = {.kind = MESSAGE_TEXT, .text = "x", .text_size = 1, .timer_s = 5};

                message.state = MESSAGE_RECEIVED;
                message_id_new(&message.id);
                g_assert_cmpint(store_message_insert(side.store, contact.id, &message), ==, 0);
        }
        g_assert_cmpint(store_timer_start_read(side.store, contact.id, UINT64_MAX, long_ago), ==, 0);
        g_assert_cmpint(store_commit(&transaction), ==, 0);
        do {
                g_assert_cmpuint(side_count(&side, "bob", MESSAGE_TEXT), ==, 0);
                g_assert_cmpint(expire_messages(side.store, &next), ==, 0);
                turns++;
        } while (next != 0);
        g_assert_cmpuint(turns, ==, 3);
        side_deinit(&side);
}

/* What is said of a note is not about whatever happens to wait for somebody else. */
static void test_note(void)
{
        const PeerSelf *self;
        Message note = {.kind = MESSAGE_TEXT, .outgoing = true, .state = MESSAGE_READ, .text = "note", .text_size = 4};
        Contact bob, own;
        OutboxEntry entry;
        int64_t number = 0;
        Side side;

        side_init(&side, "alice", 1);
        self = &side.self;
        note.sent_ms = note.received_ms = clock_now_ms();
        message_id_new(&note.id);
        g_assert_cmpint(contact_ensure(side.store, "bob", &bob), ==, 0);
        g_assert_cmpint(contact_ensure(side.store, "alice", &own), ==, 0);
        g_assert_cmpint(store_message_insert(side.store, own.id, &note), ==, 0);
        g_assert_cmpint(store_outbox_add_content(side.store, bob.id, (const uint8_t *)"x", 1, &number), ==, 0);
        g_assert_cmpint(react_to_message(side.store, self, &note.id, "\360\237\221\215"), ==, 0);
        g_assert_cmpint(edit_message(side.store, self, &note.id, "other", 5), ==, 0);
        g_assert_cmpint(delete_message(side.store, self, &note.id, false), ==, 0);
        g_assert_cmpint(store_outbox_first(side.store, bob.id, &entry), ==, 0);
        g_assert_cmpint(entry.number, ==, number);
        side_deinit(&side);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_assert_cmpint(sodium_init(), >=, 0);
        g_test_add_func("/deletion/deleted", test_deleted);
        g_test_add_func("/deletion/edited", test_edited);
        g_test_add_func("/deletion/edit-that-waits", test_edit_that_waits);
        g_test_add_data_func("/deletion/expired-at-the-sender", GINT_TO_POINTER(1), test_expired);
        g_test_add_data_func("/deletion/expired-at-the-receiver", NULL, test_expired);
        g_test_add_func("/deletion/clock-set-back", test_clock_set_back);
        g_test_add_func("/deletion/many", test_many);
        g_test_add_func("/deletion/note", test_note);
        return g_test_run();
}
