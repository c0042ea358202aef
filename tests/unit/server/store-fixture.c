/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store-fixture.h"

#include <glib/gstdio.h>
#include <sodium.h>
#include <string.h>

static const uint8_t hash_key[STORE_HASH_KEY_SIZE] = "0123456789abcde";

static void wake(void *owner)
{
        StoreFixture *fixture = owner;

        pthread_mutex_lock(&fixture->lock);
        fixture->woken = TRUE;
        pthread_cond_signal(&fixture->changed);
        pthread_mutex_unlock(&fixture->lock);
}

void store_fixture_init_end(StoreFixture *fixture)
{
        pthread_mutex_init(&fixture->lock, NULL);
        pthread_cond_init(&fixture->changed, NULL);
        inbox_init(&fixture->inbox, wake, fixture);
}

void store_fixture_deinit_end(StoreFixture *fixture)
{
        inbox_deinit(&fixture->inbox);
        pthread_mutex_destroy(&fixture->lock);
        pthread_cond_destroy(&fixture->changed);
}

void store_fixture_init(StoreFixture *fixture)
{
        *fixture = (StoreFixture){
                        .limits = {.mailbox_messages = 1000,
                                   .mailbox_bytes = 1000 * 1000,
                                   .retention_ms = UINT64_C(24) * 60 * 60 * 1000,
                                   .dedupe_ms = 60 * 60 * 1000,
                                   .dedupe_count = 100000,
                                   .queue_max = 100000},
        };
        g_assert_cmpint(sodium_init(), >=, 0);
        fixture->folder = g_dir_make_tmp("store-XXXXXX", NULL);
        g_assert_nonnull(fixture->folder);
        store_fixture_init_end(fixture);
}

void store_fixture_open(StoreFixture *fixture)
{
        g_clear_pointer(&fixture->metrics, g_free);
        fixture->metrics = g_malloc0(sizeof(Metrics) + 64);
        g_assert_cmpint(store_open(fixture->folder, &fixture->limits, hash_key, fixture->metrics,
                                   &fixture->store),
                        ==, 0);
}

void store_fixture_reopen(StoreFixture *fixture)
{
        fixture->store = store_close(fixture->store);
        store_fixture_open(fixture);
}

void store_fixture_deinit(StoreFixture *fixture)
{
        g_autoptr(GDir) dir = g_dir_open(fixture->folder, 0, NULL);
        const char *name;

        store_close(fixture->store);
        while ((name = g_dir_read_name(dir))) {
                g_autofree char *path = g_build_filename(fixture->folder, name, NULL);

                g_unlink(path);
        }
        g_rmdir(fixture->folder);
        g_free(fixture->folder);
        g_free(fixture->metrics);
        store_fixture_deinit_end(fixture);
}

static void done(StoreRequest *request)
{
        StoreFixture *fixture = (StoreFixture *)((char *)request->inbox - offsetof(StoreFixture, inbox));

        fixture->returned++;
}

void store_fixture_submit(StoreFixture *fixture, StoreRequest *request, StoreOperation operation)
{
        request->operation = operation;
        request->inbox = &fixture->inbox;
        request->done = done;
        g_assert_cmpint(store_submit(fixture->store, request), ==, 0);
}

void store_fixture_wait(StoreFixture *fixture, guint returned)
{
        while (fixture->returned < returned) {
                pthread_mutex_lock(&fixture->lock);
                while (!fixture->woken)
                        pthread_cond_wait(&fixture->changed, &fixture->lock);
                fixture->woken = FALSE;
                pthread_mutex_unlock(&fixture->lock);
                inbox_run(&fixture->inbox);
        }
}

int store_fixture_run(StoreFixture *fixture, StoreRequest *request, StoreOperation operation)
{
        guint before = fixture->returned;

        store_fixture_submit(fixture, request, operation);
        store_fixture_wait(fixture, before + 1);
        return request->result;
}

/* Keys that are noise, but tell whose they are. */
typedef struct Keys {
        Wire__DeviceKeys wire;
        Wire__OneTimePrekey one_time[WIRE_ONE_TIME_PREKEYS_MAX], *pointers[WIRE_ONE_TIME_PREKEYS_MAX];
        uint8_t auth[WIRE_PUBLIC_KEY_SIZE];
} Keys;

static ProtobufCBinaryData text(const char *word)
{
        return (ProtobufCBinaryData){strlen(word), (uint8_t *)(uintptr_t)word};
}

static void make_keys(Keys *keys, unsigned prekeys)
{
        memset(keys->auth, 7, sizeof(keys->auth));
        keys->wire = (Wire__DeviceKeys)WIRE__DEVICE_KEYS__INIT;
        keys->wire.auth_public_key = (ProtobufCBinaryData){sizeof(keys->auth), keys->auth};
        keys->wire.identity = text("identity");
        keys->wire.signed_prekey = text("signed prekey");
        keys->wire.last_resort_prekey = text("last resort");
        for (unsigned i = 0; i < prekeys; i++) {
                keys->one_time[i] = (Wire__OneTimePrekey)WIRE__ONE_TIME_PREKEY__INIT;
                keys->one_time[i].id = i + 1;
                keys->one_time[i].key = text("one-time");
                keys->pointers[i] = &keys->one_time[i];
        }
        keys->wire.one_time_prekeys = keys->pointers;
        keys->wire.n_one_time_prekeys = prekeys;
}

uint64_t store_fixture_register(StoreFixture *fixture, const char *name, unsigned prekeys)
{
        StoreSetDevice request = {.auth_hash = "a hash"};
        Keys keys;

        make_keys(&keys, prekeys);
        request.device = &keys.wire;
        g_strlcpy(request.name, name, sizeof(request.name));
        g_assert_cmpint(store_fixture_run(fixture, &request.base, STORE_REGISTER), ==, 0);
        g_assert_cmpuint(request.device_id, ==, 1);
        return request.mailbox;
}

int store_fixture_login(StoreFixture *fixture, const char *name, uint64_t *mailbox, uint64_t *replaced)
{
        StoreSetDevice request = {};
        Keys keys;
        int r;

        make_keys(&keys, 3);
        request.device = &keys.wire;
        g_strlcpy(request.name, name, sizeof(request.name));
        r = store_fixture_run(fixture, &request.base, STORE_LOGIN);
        if (r == 0) {
                *mailbox = request.mailbox;
                *replaced = request.replaced_mailbox;
        }
        return r < 0 ? r : r > 0 ? r : (int)request.device_id;
}

int store_fixture_send(StoreFixture *fixture, const char *to, unsigned number, size_t size,
                       Envelope **envelope_out)
{
        g_autofree StoreAppend *request = g_malloc0(sizeof(StoreAppend) + sizeof(Envelope *));
        g_autofree uint8_t *payload = g_malloc0(size);
        Envelope *envelope;
        int r;

        memcpy(payload, &number, MIN(size, sizeof(number)));
        envelope = envelope_new(payload, (uint32_t)size);
        envelope->recipient_device = 1;
        g_strlcpy(envelope->recipient, to, sizeof(envelope->recipient));
        g_strlcpy(envelope->sender, "sender", sizeof(envelope->sender));
        memcpy(envelope->id, &number, sizeof(number));
        request->count = 1;
        request->envelopes[0] = envelope;
        r = store_fixture_run(fixture, &request->base, STORE_APPEND);
        if (r == 0)
                r = envelope->result;
        if (envelope_out)
                *envelope_out = envelope;
        else
                envelope_free(envelope);
        return r;
}

void store_fixture_ack(StoreFixture *fixture, uint64_t mailbox, uint64_t sequence)
{
        StoreAck *ack = calloc(1, sizeof(StoreAck));

        ack->base.operation = STORE_ACK;
        ack->mailbox = mailbox;
        ack->sequence = sequence;
        g_assert_cmpint(store_submit(fixture->store, &ack->base), ==, 0);
}

char *store_fixture_read(StoreFixture *fixture, uint64_t mailbox, uint64_t after)
{
        GString *found = g_string_new(NULL);
        StoreRead request = {.mailbox = mailbox,
                             .after = after,
                             .count_max = 10000,
                             .bytes_max = 1 << 30,
                             .settle = true};

        int r;

        r = store_fixture_run(fixture, &request.base, STORE_READ);
        if (r == STORE_STALE_DEVICE)
                return g_string_free(g_string_assign(found, "gone"), FALSE);
        g_assert_cmpint(r, ==, 0);
        g_assert_false(request.more);
        while (request.first) {
                Envelope *next = request.first->next;
                unsigned number;

                memcpy(&number, request.first->payload, sizeof(number));
                g_string_append_printf(found, "%s%u", found->len > 0 ? " " : "", number);
                envelope_free(request.first);
                request.first = next;
        }
        return g_string_free(found, FALSE);
}

void store_fixture_until(StoreFixture *fixture, MetricCounter counter, uint64_t value)
{
        while (metrics_total(fixture->metrics, counter) < value)
                g_usleep(1000);
        g_assert_cmpuint(metrics_total(fixture->metrics, counter), ==, value);
}
