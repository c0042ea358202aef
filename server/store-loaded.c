/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "server/cleanup.h"
#include "server/clock.h"
#include "server/store-sqlite.h"

enum { ENTRIES_CAPACITY_MIN = 16 };

_Static_assert(STORE_HASH_KEY_SIZE == crypto_shorthash_KEYBYTES, "the key of SipHash");

static uint64_t name_hash(const Store *store, const char *name)
{
        uint64_t hash;

        crypto_shorthash((unsigned char *)&hash, (const unsigned char *)name, strlen(name), store->hash_key);
        return hash;
}

static void link_newest(Store *store, Mailbox *mailbox)
{
        mailbox->older = store->newest;
        mailbox->newer = NULL;
        if (store->newest)
                store->newest->newer = mailbox;
        else
                store->oldest = mailbox;
        store->newest = mailbox;
}

static void unlink_mailbox(Store *store, Mailbox *mailbox)
{
        if (mailbox->older)
                mailbox->older->newer = mailbox->newer;
        else
                store->oldest = mailbox->newer;
        if (mailbox->newer)
                mailbox->newer->older = mailbox->older;
        else
                store->newest = mailbox->older;
}

static Mailbox *mailbox_free(Mailbox *mailbox)
{
        if (!mailbox)
                return NULL;
        free(mailbox->entries);
        free(mailbox);
        return NULL;
}

static void mailbox_freep(Mailbox **mailbox)
{
        mailbox_free(*mailbox);
}

int loaded_push(Store *store, Mailbox *mailbox, const MailboxEntry *entry)
{
        int r;

        if (mailbox->entries_count == mailbox->entries_capacity) {
                size_t capacity = mailbox->entries_capacity ? mailbox->entries_capacity * 2
                                                            : ENTRIES_CAPACITY_MIN;
                MailboxEntry *larger = calloc(capacity, sizeof(MailboxEntry));

                if (!larger)
                        return -ENOMEM;
                for (size_t i = 0; i < mailbox->entries_count; i++)
                        larger[i] = mailbox->entries[(mailbox->entries_first + i) &
                                                     (mailbox->entries_capacity - 1)];
                free(mailbox->entries);
                mailbox->entries = larger;
                mailbox->entries_capacity = capacity;
                mailbox->entries_first = 0;
        }
        if (entry->hash != 0) {
                r = repeats_add_waiting(&store->repeats, entry->hash);
                if (r < 0)
                        return r;
        }
        mailbox->entries[(mailbox->entries_first + mailbox->entries_count++) &
                         (mailbox->entries_capacity - 1)] = *entry;
        mailbox->bytes += entry->size;
        mailbox->last_sequence = entry->sequence;
        return 0;
}

size_t loaded_pop_until(Store *store, Mailbox *mailbox, uint64_t sequence)
{
        size_t popped = 0;

        while (mailbox->entries_count > 0) {
                MailboxEntry *entry = &mailbox->entries[mailbox->entries_first];

                if (entry->sequence > sequence)
                        break;
                if (entry->hash != 0)
                        repeats_remove_waiting(&store->repeats, entry->hash);
                mailbox->bytes -= entry->size;
                mailbox->entries_first = (mailbox->entries_first + 1) & (mailbox->entries_capacity - 1);
                mailbox->entries_count--;
                popped++;
        }
        return popped;
}

/* Forgets a mailbox, not what is in it. Its acks have been flushed. */
void loaded_drop(Store *store, Mailbox *mailbox)
{
        loaded_pop_until(store, mailbox, UINT64_MAX);
        map_remove(&store->mailboxes_by_name, mailbox->name_hash);
        map_remove(&store->mailboxes_by_number, mailbox->number);
        unlink_mailbox(store, mailbox);
        mailbox_free(mailbox);
}

void loaded_drop_all(Store *store)
{
        while (store->oldest)
                loaded_drop(store, store->oldest);
        store->acked = NULL;
        map_clear(&store->mailboxes_by_name);
        map_clear(&store->mailboxes_by_number);
        repeats_deinit(&store->repeats);
        repeats_init(&store->repeats, store->limits.dedupe_count, store->limits.dedupe_ms);
        store->recent_count = store->given_back_count = 0;
}

static int load_entries(Store *store, Mailbox *mailbox)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT position, envelope.id, envelope.sender, envelope.shared, "
                              "coalesce(length(shared.payload), length(envelope.payload)) AS size FROM envelope "
                              "LEFT JOIN shared ON shared.number = envelope.shared "
                              "WHERE position BETWEEN :first AND :last ORDER BY position");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":first", (int64_t)position_of(mailbox->number, 0));
        statement_bind_int64(s, ":last", (int64_t)position_of(mailbox->number + 1, 0) - 1);
        while ((r = statement_step(s)) > 0) {
                int64_t position = 0, size = 0;
                const uint8_t *id = NULL;
                const char *sender = NULL;
                MailboxEntry entry;
                size_t id_size = 0;

                statement_column_int64(s, "position", &position);
                statement_column_blob(s, "id", &id, &id_size);
                statement_column_text(s, "sender", &sender);
                statement_column_int64(s, "size", &size);
                entry = (MailboxEntry){.sequence = sequence_of((uint64_t)position), .size = (uint32_t)size};
                if (statement_column_is_null(s, "shared")) {
                        if (!sender || id_size != WIRE_ENVELOPE_ID_SIZE)
                                return -EBADMSG;
                        entry.hash = envelope_hash(store, mailbox->number, sender, id);
                } else {
                        mailbox->shared_rows++;
                }
                r = loaded_push(store, mailbox, &entry);
                if (r < 0)
                        return r;
        }
        return r;
}

static int evict(Store *store)
{
        int r;

        if (store->mailboxes_by_number.count < MAILBOXES_LOADED_MAX)
                return 0;
        if (store->oldest->acked) {
                r = store_flush_acks(store);
                if (r < 0)
                        return r;
        }
        loaded_drop(store, store->oldest);
        return 0;
}

static int load(Store *store, const char *name, uint64_t hash, Mailbox **out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        _cleanup_(mailbox_freep) Mailbox *mailbox = NULL;
        int64_t number = 0, device_id = 0, reserved = 0;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT mailbox, device_id, sequence_reserved FROM device "
                              "JOIN account ON account.number = device.account "
                              "WHERE name = :name ORDER BY device_id DESC LIMIT 1");
        if (r < 0)
                return r;
        statement_bind_text(s, ":name", name);
        r = statement_step(s);
        if (r < 0)
                return r;
        if (r == 0)
                return STORE_UNKNOWN_ACCOUNT;
        statement_column_int64(s, "mailbox", &number);
        statement_column_int64(s, "device_id", &device_id);
        statement_column_int64(s, "sequence_reserved", &reserved);

        r = evict(store);
        if (r < 0)
                return r;
        mailbox = calloc(1, sizeof(Mailbox));
        if (!mailbox)
                return -ENOMEM;
        mailbox->number = (uint64_t)number;
        mailbox->device_id = (uint32_t)device_id;
        mailbox->reserved = (uint64_t)reserved;
        mailbox->next_sequence = mailbox->reserved + 1;
        mailbox->name_hash = hash;
        memcpy(mailbox->name, name, strlen(name) + 1);

        r = map_put_pointer(&store->mailboxes_by_name, hash, mailbox);
        if (r < 0)
                return r;
        r = map_put_pointer(&store->mailboxes_by_number, mailbox->number, mailbox);
        if (r < 0) {
                map_remove(&store->mailboxes_by_name, hash);
                return r;
        }
        link_newest(store, mailbox);
        *out = mailbox;
        mailbox = NULL; /* the maps have it from here, whatever else fails: that fails the batch, and drops
                           them */
        r = load_entries(store, *out);
        (*out)->rows = (*out)->entries_count;
        return r;
}

int loaded_by_name(Store *store, const char *name, Mailbox **out)
{
        uint64_t hash = name_hash(store, name);
        Mailbox *mailbox = map_find_pointer(&store->mailboxes_by_name, hash);

        if (mailbox && strcmp(mailbox->name, name) != 0) {
                /* Two names with one hash take turns. */
                int r = store_flush_acks(store);

                if (r < 0)
                        return r;
                loaded_drop(store, mailbox);
                mailbox = NULL;
        }
        if (!mailbox)
                return load(store, name, hash, out);
        if (mailbox != store->newest) {
                unlink_mailbox(store, mailbox);
                link_newest(store, mailbox);
        }
        *out = mailbox;
        return 0;
}

Mailbox *loaded_by_number(Store *store, uint64_t number)
{
        return map_find_pointer(&store->mailboxes_by_number, number);
}

int loaded_start(Store *store)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        uint64_t now_ms = clock_wall_ms();
        int r;

        store->recent_rows_hashes = 0;
        r = statement_prepare(store->database, &s, "SELECT stored_ms, hashes FROM recent ORDER BY number");
        if (r < 0)
                return r;
        while ((r = statement_step(s)) > 0) {
                const uint8_t *hashes = NULL;
                int64_t stored_ms = 0;
                uint64_t hash;
                size_t size = 0;

                statement_column_int64(s, "stored_ms", &stored_ms);
                statement_column_blob(s, "hashes", &hashes, &size);
                store->recent_rows_hashes += size / sizeof(hash);
                if ((uint64_t)stored_ms + store->limits.dedupe_ms < now_ms)
                        continue;
                for (size_t i = 0; i + sizeof(hash) <= size; i += sizeof(hash)) {
                        memcpy(&hash, hashes + i, sizeof(hash));
                        r = repeats_add_recent(&store->repeats, hash, (uint64_t)stored_ms);
                        if (r < 0)
                                return r;
                }
        }
        return r;
}
