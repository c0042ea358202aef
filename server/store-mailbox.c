/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "server/cleanup.h"
#include "server/clock.h"
#include "server/store-sqlite.h"

/* The sender is part of it, so that nobody can suppress somebody else's envelope by sending its ID first. */
uint64_t envelope_hash(const Store *store, uint64_t mailbox, const char *sender, const uint8_t *id)
{
        uint8_t input[sizeof(mailbox) + WIRE_ENVELOPE_ID_SIZE + WIRE_USER_NAME_MAX];
        size_t sender_size = strnlen(sender, WIRE_USER_NAME_MAX);
        uint64_t hash;

        memcpy(input, &mailbox, sizeof(mailbox));
        memcpy(input + sizeof(mailbox), id, WIRE_ENVELOPE_ID_SIZE);
        memcpy(input + sizeof(mailbox) + WIRE_ENVELOPE_ID_SIZE, sender, sender_size);
        crypto_shorthash((unsigned char *)&hash, input,
                         sizeof(mailbox) + WIRE_ENVELOPE_ID_SIZE + sender_size, store->hash_key);
        return hash;
}

static int reserve_sequences(Store *store, Mailbox *mailbox)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        uint64_t reserved = mailbox->next_sequence + SEQUENCE_RESERVE;
        int r;

        if (mailbox->next_sequence <= mailbox->reserved)
                return 0;
        if (reserved >= UINT64_C(1) << SEQUENCE_BITS)
                return -EOVERFLOW;
        r = statement_prepare(store->database, &s,
                              "UPDATE device SET sequence_reserved = :reserved WHERE mailbox = :mailbox");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":reserved", (int64_t)reserved);
        statement_bind_int64(s, ":mailbox", (int64_t)mailbox->number);
        r = statement_run(s);
        if (r < 0)
                return r;
        mailbox->reserved = reserved;
        return 0;
}

int store_remember_recent(Store *store, uint64_t hash)
{
        if (store->recent_count == store->recent_capacity) {
                size_t capacity = store->recent_capacity ? store->recent_capacity * 2 : 256;
                uint64_t *larger = reallocarray(store->recent, capacity, sizeof(uint64_t));

                if (!larger)
                        return -ENOMEM;
                store->recent = larger;
                store->recent_capacity = capacity;
        }
        store->recent[store->recent_count++] = hash;
        return repeats_add_recent(&store->repeats, hash, store->now_ms);
}

static int insert(Store *store, const Envelope *envelope)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(
                        store->database, &s,
                        "INSERT INTO envelope (position, id, sender, sender_device, stored_ms, payload) "
                        "VALUES (:position, :id, :sender, :sender_device, :stored_ms, :payload)");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":position", (int64_t)position_of(envelope->mailbox, envelope->sequence));
        statement_bind_blob(s, ":id", envelope->id, sizeof(envelope->id));
        statement_bind_text(s, ":sender", envelope->sender);
        statement_bind_int64(s, ":sender_device", envelope->sender_device);
        statement_bind_int64(s, ":stored_ms", (int64_t)envelope->stored_ms);
        statement_bind_blob(s, ":payload", envelope->payload, envelope->payload_size);
        return statement_run(s);
}

static void count_pages(Store *store, Mailbox *mailbox, uint32_t size)
{
        if (mailbox->touched_batch != store->batch) {
                mailbox->touched_batch = store->batch;
                store->pages += 2;
        }
        store->pages += size / 4096;
}

static int append(Store *store, Envelope *envelope)
{
        MailboxEntry entry;
        Mailbox *mailbox;
        int r;

        r = loaded_by_name(store, envelope->recipient, &mailbox);
        if (r != 0)
                return r;
        if (mailbox->device_id != envelope->recipient_device)
                return STORE_STALE_DEVICE;
        entry.size = envelope->payload_size;
        entry.hash = envelope_hash(store, mailbox->number, envelope->sender, envelope->id);
        if (repeats_contains(&store->repeats, entry.hash)) {
                store->tally.repeated++;
                return STORE_REPEATED;
        }
        if (mailbox->entries_count >= store->limits.mailbox_messages ||
            mailbox->bytes + entry.size > store->limits.mailbox_bytes) {
                store->tally.refused_full++;
                return STORE_MAILBOX_FULL;
        }
        r = reserve_sequences(store, mailbox);
        if (r < 0)
                return r;

        envelope->mailbox = mailbox->number;
        envelope->sequence = entry.sequence = mailbox->next_sequence++;
        envelope->previous = mailbox->last_sequence;
        envelope->stored_ms = store->now_ms;
        r = insert(store, envelope);
        if (r < 0)
                return r;
        r = loaded_push(store, mailbox, &entry);
        if (r < 0)
                return r;
        count_pages(store, mailbox, entry.size);
        tally_inserted(store, mailbox);
        return store_remember_recent(store, entry.hash);
}

static int insert_shared(Store *store, const RouterShare *share, int64_t shared)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "INSERT INTO envelope (position, id, sender, sender_device, stored_ms, payload, shared) "
                              "VALUES (:position, X'', '', 0, :stored_ms, X'', :shared)");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":position", (int64_t)position_of(share->mailbox, share->sequence));
        statement_bind_int64(s, ":stored_ms", (int64_t)store->now_ms);
        statement_bind_int64(s, ":shared", shared);
        return statement_run(s);
}

/* Of its room, a mailbox keeps a part for those who write to its owner alone: nobody is kept from that by a group. */
static bool has_room_for_shared(const Store *store, const Mailbox *mailbox, uint32_t size)
{
        return mailbox->entries_count < store->limits.mailbox_messages - store->limits.mailbox_messages / 4 &&
               mailbox->bytes + size <= store->limits.mailbox_bytes - store->limits.mailbox_bytes / 4;
}

int store_append_shared(Store *store, const char *name, int64_t shared, uint32_t size, RouterShare *out)
{
        Mailbox *mailbox;
        int r;

        r = loaded_by_name(store, name, &mailbox);
        if (r != 0)
                return r;
        if (!has_room_for_shared(store, mailbox, size)) {
                store->tally.skipped_full++;
                return STORE_MAILBOX_FULL;
        }
        r = reserve_sequences(store, mailbox);
        if (r < 0)
                return r;
        *out = (RouterShare){.mailbox = mailbox->number,
                             .sequence = mailbox->next_sequence++,
                             .previous = mailbox->last_sequence};
        r = insert_shared(store, out, shared);
        if (r < 0)
                return r;
        r = loaded_push(store, mailbox, &(MailboxEntry){.sequence = out->sequence, .size = size});
        if (r < 0)
                return r;
        mailbox->shared_rows++;
        count_pages(store, mailbox, 0);
        tally_inserted(store, mailbox);
        return 0;
}

int store_append(Store *store, StoreAppend *request)
{
        for (size_t i = 0; i < request->count; i++) {
                int r = append(store, request->envelopes[i]);

                if (r < 0)
                        return r;
                request->envelopes[i]->result = r;
        }
        return 0;
}

/* One row a batch: what a restarted server needs to know again. */
int store_flush_recent(Store *store)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        if (store->recent_count == 0)
                return 0;
        r = statement_prepare(store->database, &s,
                              "INSERT INTO recent (stored_ms, hashes) VALUES (:ms, :hashes)");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":ms", (int64_t)store->now_ms);
        statement_bind_blob(s, ":hashes", store->recent, store->recent_count * sizeof(uint64_t));
        r = statement_run(s);
        if (r >= 0)
                store->recent_rows_hashes += store->recent_count;
        store->recent_count = 0;
        store->pages += 2;
        return r;
}

static int delete_until(Store *store, uint64_t number, uint64_t sequence, uint64_t *deleted_out)
{
        uint64_t first = position_of(number, 0), last = position_of(number, sequence);
        Mailbox *mailbox = loaded_by_number(store, number);
        size_t given_back = store->given_back_count;
        int r;

        if (mailbox && mailbox->shared_rows == 0)
                r = envelopes_delete_own(store, first, last, deleted_out);
        else
                r = envelopes_delete(store, first, last, UINT64_MAX, deleted_out);
        if (r < 0)
                return r;
        if (mailbox)
                mailbox->shared_rows -= store->given_back_count - given_back;
        return tally_deleted(store, number, *deleted_out);
}

/* The quota is free at once; the rows go with the next flush, many at a time. */
int store_ack(Store *store, const StoreAck *request)
{
        Mailbox *mailbox = loaded_by_number(store, request->mailbox);
        uint64_t sequence = request->sequence, deleted = 0;
        int r;

        if (sequence >= UINT64_C(1) << SEQUENCE_BITS)
                sequence = (UINT64_C(1) << SEQUENCE_BITS) - 1;
        if (!mailbox) {
                r = delete_until(store, request->mailbox, sequence, &deleted);
                if (r < 0)
                        return r;
                store->tally.acked += deleted;
                store->pages += 2;
                return 0;
        }
        /* What comes between this and the flush is not meant. */
        if (sequence > mailbox->last_sequence)
                sequence = mailbox->last_sequence;
        store->tally.acked += loaded_pop_until(store, mailbox, sequence);
        if (sequence == 0)
                return 0;
        if (!mailbox->acked) {
                if (!store->acked)
                        store->acked_since_ms = clock_monotonic_ms();
                mailbox->next_acked = store->acked;
                store->acked = mailbox;
        }
        if (sequence > mailbox->acked)
                mailbox->acked = sequence;
        return 0;
}

int store_flush_acks(Store *store)
{
        while (store->acked) {
                Mailbox *mailbox = store->acked;
                uint64_t deleted;
                int r;

                r = delete_until(store, mailbox->number, mailbox->acked, &deleted);
                if (r < 0)
                        return r;
                count_pages(store, mailbox, 0);
                store->acked = mailbox->next_acked;
                mailbox->acked = 0;
        }
        return 0;
}
