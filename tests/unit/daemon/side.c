/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/daemon/side.h"

#include <glib/gstdio.h>
#include <sodium.h>
#include <string.h>

#include "daemon/clock.h"
#include "daemon/contact.h"
#include "daemon/inbox-envelope.h"
#include "daemon/relation.h"
#include "daemon/sealing.h"
#include "daemon/store-peer.h"

static void on_committed(void *userdata)
{
        ((Side *)userdata)->commits++;
}

static Store *begin(Side *side)
{
        Store *transaction = NULL;

        g_assert_cmpint(store_begin(side->store, &transaction), ==, 0);
        return transaction;
}

static void commit(Store *transaction)
{
        g_assert_cmpint(store_commit(&transaction), ==, 0);
}

static void on_contact_changed(void *userdata, const char *contact)
{
}

void side_init(Side *side, const char *name, uint32_t device_id)
{
        const E2eeContext context = clock_e2ee_context();
        Store *transaction;

        *side = (Side){0};
        side->folder = g_dir_make_tmp("smd-side-XXXXXX", NULL);
        side->path = g_build_filename(side->folder, "store.db", NULL);
        randombytes_buf(side->key.bytes, sizeof(side->key.bytes));
        g_assert_cmpint(store_create(side->path, &side->key, &side->store), ==, 0);
        side->store->committed = on_committed;
        side->store->userdata = side;

        side->keys = account_keys_new();
        identity_generate(&side->keys->identity, &context);
        device_auth_generate(&side->keys->auth_public_key, &side->keys->auth_secret_key);
        g_strlcpy(side->record.user_name, name, sizeof(side->record.user_name));
        side->record.device_id = device_id;
        g_assert_cmpint(server_address_init(&side->record.server, "wss://example.org", NULL, false), ==, 0);
        transaction = begin(side);
        g_assert_cmpint(store_account_insert(side->store, &side->record, side->keys), ==, 0);
        commit(transaction);

        side->self.identity = &side->keys->identity;
        side->self.address.device_id = device_id;
        g_strlcpy(side->self.address.name, name, sizeof(side->self.address.name));
        side->typing = typing_new(&(TypingWith){.changed = on_contact_changed});
}

void side_deinit(Side *side)
{
        static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};

        typing_free(side->typing);
        store_free(side->store);
        account_keys_free(side->keys);
        account_record_deinit(&side->record);
        for (size_t i = 0; i < G_N_ELEMENTS(suffixes); i++) {
                g_autofree char *path = g_strconcat(side->path, suffixes[i], NULL);

                g_unlink(path);
        }
        g_assert_cmpint(g_rmdir(side->folder), ==, 0);
        g_free(side->folder);
        g_free(side->path);
}

void side_reopen(Side *side)
{
        store_free(side->store);
        g_assert_cmpint(store_open(side->path, &side->key, &side->store), ==, 0);
        side->store->committed = on_committed;
        side->store->userdata = side;
}

void side_bundle(Side *side, unsigned one_time, PrekeyBundle *out)
{
        const PrekeyNeed need = {.signed_prekey = true, .last_resort = true, .one_time = one_time};
        g_autofree PrekeyBatch *batch = g_new(PrekeyBatch, 1);
        uint8_t identity[PUBLIC_IDENTITY_SIZE];
        PrekeyBundleParts parts = {.identity = identity};
        Store *transaction = begin(side);

        g_assert_cmpint(prekey_batch_make(side->store, &side->keys->identity, &need, batch), ==, 0);
        commit(transaction);
        parts.identity_size = public_identity_encode(&side->keys->identity.public_identity, identity);
        parts.signed_prekey = batch->signed_prekey.bytes;
        parts.signed_prekey_size = batch->signed_prekey.size;
        if (one_time > 0) {
                parts.one_time_prekey = batch->one_time[0].bytes;
                parts.one_time_prekey_size = batch->one_time[0].size;
        } else {
                parts.last_resort_prekey = batch->last_resort.bytes;
                parts.last_resort_prekey_size = batch->last_resort.size;
        }
        g_assert_cmpint(prekey_bundle_decode(&side->self.address, &parts, out), ==, 0);
}

void side_start(Side *side, const PrekeyBundle *bundle)
{
        const E2eeContext context = clock_e2ee_context();
        Store *transaction = begin(side);
        Contact contact;
        Peer *peer;

        g_assert_cmpint(contact_ensure(side->store, bundle->address.name, &contact), ==, 0);
        g_assert_cmpint(contact_see_identity(side->store, &side->self, &contact, &bundle->identity), ==, 0);
        contact.device_id = bundle->address.device_id;
        g_assert_cmpint(store_contact_update(side->store, &contact), ==, 0);
        g_assert_cmpint(store_peer_load(side->store, contact.id, contact.device_id, &peer), ==, 0);
        g_assert_cmpint(peer_start(peer, &side->self, bundle, &context), ==, 0);
        g_assert_cmpint(store_peer_save(side->store, contact.id, contact.device_id, peer), ==, 0);
        commit(transaction);
        peer_free(peer);
}

static int copy_parcel(void *userdata, const OutboxEntry *entry)
{
        Parcel *parcel = userdata;

        if (entry->message != parcel->message)
                return 0;
        parcel->data = g_memdup2(entry->envelope, entry->envelope_size);
        parcel->size = entry->envelope_size;
        return 1;
}

void side_seal_waiting(Side *side, const char *to, Parcel *out)
{
        Contact contact = side_contact(side, to);
        Store *transaction = begin(side);
        OutboxEntry entry;
        Peer *peer;

        g_assert_cmpint(store_outbox_first_waiting(side->store, contact.id, &entry), ==, 0);
        g_assert_cmpint(store_peer_load(side->store, contact.id, contact.device_id, &peer), ==, 0);
        g_assert_cmpint(seal_entry(side->store, &side->self, peer, &contact, &entry), ==, 0);
        g_assert_cmpint(store_peer_save(side->store, contact.id, contact.device_id, peer), ==, 0);
        commit(transaction);
        peer_free(peer);
        *out = (Parcel){.message = entry.message};
        g_assert_cmpint(store_outbox_each_ready(side->store, copy_parcel, out), ==, 1);
}

void side_write(Side *side, const char *to, const char *text, Parcel *out)
{
        Message message = {.outgoing = true, .kind = MESSAGE_TEXT, .text = text, .state = MESSAGE_QUEUED};
        Contact contact = side_contact(side, to);
        Store *transaction = begin(side);
        int64_t number;

        message.text_size = strlen(text);
        message.sent_ms = message.received_ms = clock_now_ms();
        message_id_new(&message.id);
        g_assert_cmpint(store_message_insert(side->store, contact.id, &message), ==, 0);
        g_assert_cmpint(store_outbox_add_message(side->store, contact.id, message.number, &number), ==, 0);
        commit(transaction);
        side_seal_waiting(side, to, out);
        g_assert_cmpuint(out->message, ==, message.number);
}

void parcel_clear(Parcel *parcel)
{
        g_clear_pointer(&parcel->data, g_free);
}

void side_take(Side *side, const Side *from, const Parcel *parcel)
{
        Wire__Envelope envelope = WIRE__ENVELOPE__INIT;
        Store *transaction = begin(side);

        envelope.sequence = 1;
        envelope.sender = (char *)from->record.user_name;
        envelope.sender_device_id = from->record.device_id;
        envelope.payload.data = parcel->data;
        envelope.payload.len = parcel->size;
        g_assert_cmpint(inbox_take_envelope(side->store, &side->self, &envelope, side->expect_repeat, side->typing),
                        ==, 0);
        commit(transaction);
        if (!side->has_requests && side_knows(side, from->record.user_name))
                g_assert_cmpint(relation_take_step(side->store, from->record.user_name, RELATION_ACCEPT), ==, 0);
}

Contact side_contact(Side *side, const char *name)
{
        Contact contact;

        g_assert_cmpint(store_contact_find(side->store, name, &contact), ==, 0);
        return contact;
}

bool side_knows(Side *side, const char *name)
{
        Contact contact;
        int r = store_contact_find(side->store, name, &contact);

        g_assert_cmpint(r, >=, 0);
        return r == 0;
}

typedef struct Count {
        MessageKind kind;
        const char *text;
        unsigned found;
} Count;

static int count_one(void *userdata, const Message *message)
{
        Count *count = userdata;

        if (message->kind == count->kind && (!count->text || g_strcmp0(message->text, count->text) == 0))
                count->found++;
        return 0;
}

static unsigned count(Side *side, const char *name, Count *c)
{
        const MessageRange range = {.limit = 500};

        g_assert_cmpint(store_message_each(side->store, side_contact(side, name).id, &range, count_one, c),
                        ==, 0);
        return c->found;
}

unsigned side_count(Side *side, const char *name, MessageKind kind)
{
        return count(side, name, &(Count){.kind = kind});
}

bool side_has_text(Side *side, const char *name, const char *text)
{
        return count(side, name, &(Count){.kind = MESSAGE_TEXT, .text = text}) == 1;
}

uint64_t side_rejected(Side *side)
{
        uint64_t rejected;

        g_assert_cmpint(store_account_rejected(side->store, &rejected), ==, 0);
        return rejected;
}
