/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <glib.h>
#include <sodium.h>
#include <string.h>

#include "daemon/clock.h"
#include "daemon/contact.h"
#include "daemon/outbox-result.h"
#include "daemon/prekey-upkeep.h"
#include "daemon/store-event.h"
#include "daemon/store-prekey.h"
#include "tests/unit/daemon/side.h"

static void test_reopened(void)
{
        AccountRecord record = {0};
        AccountKeys *keys = account_keys_new();
        Side side;

        side_init(&side, "alice", 7);
        side_reopen(&side);
        g_assert_cmpint(store_account_load(side.store, &record, keys), ==, 0);
        g_assert_cmpstr(record.user_name, ==, "alice");
        g_assert_cmpuint(record.device_id, ==, 7);
        g_assert_cmpstr(record.server.url, ==, "wss://example.org");
        g_assert_cmpmem(keys, sizeof(*keys), side.keys, sizeof(*side.keys));
        account_record_deinit(&record);
        account_keys_free(keys);
        side_deinit(&side);
}

static void test_other_key(void)
{
        DatabaseKey other = {.bytes = {1}};
        Store *store = NULL;
        Side side;

        side_init(&side, "alice", 1);
        side.store = store_free(side.store);
        g_assert_cmpint(store_open(side.path, &other, &store), ==, -EKEYREJECTED);
        side_deinit(&side);
}

/* A store of a newer version is left alone. */
static void test_too_new(void)
{
        Store *store = NULL;
        Side side;

        side_init(&side, "alice", 1);
        g_assert_cmpint(database_exec(side.store->database, "PRAGMA user_version = 1000"), ==, 0);
        side.store = store_free(side.store);
        g_assert_cmpint(store_open(side.path, &side.key, &store), ==, -EPROTONOSUPPORT);
        side_deinit(&side);
}

static void add_texts(Side *side, const char *name, unsigned count, Contact *contact)
{
        Store *transaction = NULL;

        g_assert_cmpint(store_begin(side->store, &transaction), ==, 0);
        g_assert_cmpint(contact_ensure(side->store, name, contact), ==, 0);
        for (unsigned i = 0; i < count; i++) {
                g_autofree char *text = g_strdup_printf("%u", i);
                Message message = {.kind = MESSAGE_TEXT,
                                   .text = text,
                                   .text_size = strlen(text),
                                   .state = MESSAGE_RECEIVED};

                message_id_new(&message.id);
                g_assert_cmpint(store_message_insert(side->store, contact->id, &message), ==, 0);
        }
        g_assert_cmpint(store_commit(&transaction), ==, 0);
}

static int join(void *userdata, const Message *message)
{
        g_string_append_printf(userdata, "%s ", message->text);
        return 0;
}

static void assert_page(Side *side, const Contact *contact, MessageRange range, const char *expected)
{
        g_autoptr(GString) found = g_string_new(NULL);

        g_assert_cmpint(store_message_each(side->store, contact->id, &range, join, found), ==, 0);
        g_assert_cmpstr(found->str, ==, expected);
}

static void test_pages(void)
{
        Contact bob, carol;
        Side side;

        side_init(&side, "alice", 1);
        add_texts(&side, "bob", 6, &bob);     /* numbers 1 to 6 */
        add_texts(&side, "carol", 2, &carol); /* 7 and 8 */
        assert_page(&side, &bob, (MessageRange){.limit = 3}, "3 4 5 ");
        assert_page(&side, &bob, (MessageRange){.limit = 3, .before = 4}, "0 1 2 ");
        assert_page(&side, &bob, (MessageRange){.limit = 2, .before = 4}, "1 2 ");
        assert_page(&side, &bob, (MessageRange){.limit = 2, .has_after = true, .after = 0}, "0 1 ");
        assert_page(&side, &bob, (MessageRange){.limit = 2, .has_after = true, .after = 3}, "3 4 ");
        assert_page(&side, &bob, (MessageRange){.limit = 9, .has_after = true, .after = 1, .before = 4},
                    "1 2 ");
        assert_page(&side, &bob, (MessageRange){.limit = 2, .has_after = true, .after = 6}, "");
        assert_page(&side, &bob, (MessageRange){.limit = 2, .has_after = true, .after = UINT64_MAX}, "");
        assert_page(&side, &carol, (MessageRange){.limit = 500}, "0 1 ");
        side_deinit(&side);
}

static void test_same_id_once(void)
{
        Message message = {.kind = MESSAGE_TEXT, .text = "text", .text_size = 4, .state = MESSAGE_RECEIVED};
        Contact bob;
        Side side;

        side_init(&side, "alice", 1);
        add_texts(&side, "bob", 1, &bob);
        message_id_new(&message.id);
        g_assert_cmpint(store_message_insert(side.store, bob.id, &message), ==, 0);
        g_assert_cmpint(store_message_insert(side.store, bob.id, &message), ==, STORE_MESSAGE_REPEATED);
        side_deinit(&side);
}

static int last_number(void *userdata, const Event *event)
{
        g_assert_cmpuint(event->number, >, *(uint64_t *)userdata);
        *(uint64_t *)userdata = event->number;
        return 0;
}

/* Numbers increase over restarts, and what was rolled back was never told. */
static void test_event_numbers(void)
{
        uint64_t last = 0, before;
        Store *transaction = NULL;
        Side side;

        side_init(&side, "alice", 1);
        for (unsigned i = 0; i < 3; i++)
                g_assert_cmpint(store_event_add(side.store, EVENT_MESSAGE_QUEUED, 0, 0), ==, 0);
        g_assert_cmpint(store_event_last(side.store, &before), ==, 0);
        side_reopen(&side);
        side.commits = 0;
        g_assert_cmpint(store_begin(side.store, &transaction), ==, 0);
        g_assert_cmpint(store_event_add(side.store, EVENT_MESSAGE_SENT, 0, 0), ==, 0);
        store_rollbackp(&transaction);
        g_assert_cmpuint(side.commits, ==, 0);
        g_assert_cmpint(store_event_last(side.store, &last), ==, 0);
        g_assert_cmpuint(last, ==, before);
        g_assert_cmpint(store_event_add(side.store, EVENT_MESSAGE_SENT, 0, 0), ==, 0);
        last = 0;
        g_assert_cmpint(store_event_each(side.store, 0, 100, last_number, &last), ==, 0);
        g_assert_cmpuint(last, ==, before + 1);
        side_deinit(&side);
}

/* ---- What the server says about envelopes ---- */

typedef struct Sent {
        Side alice, bob;
        Parcel parcel;
        OutboxEntry entry;
} Sent;

static int copy_entry(void *userdata, const OutboxEntry *entry)
{
        *(OutboxEntry *)userdata = *entry;
        return 1;
}

static void sent_init(Sent *sent)
{
        PrekeyBundle bundle;

        side_init(&sent->alice, "alice", 1);
        side_init(&sent->bob, "bob", 1);
        side_bundle(&sent->bob, 1, &bundle);
        side_start(&sent->alice, &bundle);
        side_write(&sent->alice, "bob", "text", &sent->parcel);
        g_assert_cmpint(store_outbox_each_ready(sent->alice.store, copy_entry, &sent->entry), ==, 1);
}

static void sent_deinit(Sent *sent)
{
        parcel_clear(&sent->parcel);
        side_deinit(&sent->bob);
        side_deinit(&sent->alice);
}

static int copy_state(void *userdata, const Message *message)
{
        *(Message *)userdata = *message;
        return 0;
}

static Message message_of(Sent *sent)
{
        Message message;

        g_assert_cmpint(store_message_get(sent->alice.store, sent->parcel.message, copy_state, &message), ==,
                        0);
        return message;
}

static uint32_t queued(Sent *sent)
{
        uint32_t count;

        g_assert_cmpint(store_outbox_count_messages(sent->alice.store, &count), ==, 0);
        return count;
}

static uint32_t refuse(Sent *sent, Wire__ErrorCode code, uint32_t retry_after_ms)
{
        Wire__SendResult result = WIRE__SEND_RESULT__INIT;
        Wire__Refusal refusal = WIRE__REFUSAL__INIT, *refusals[] = {&refusal};
        Wire__Error error = WIRE__ERROR__INIT;
        uint32_t pause_ms = 0;

        error.code = code;
        error.retry_after_ms = retry_after_ms;
        refusal.id.data = sent->entry.envelope_id.bytes;
        refusal.id.len = sizeof(sent->entry.envelope_id.bytes);
        refusal.error = &error;
        result.refused = refusals;
        result.n_refused = 1;
        g_assert_cmpint(outbox_apply_result(sent->alice.store, &result, &pause_ms), ==, 0);
        return pause_ms;
}

static void test_stored(void)
{
        Wire__SendResult result = WIRE__SEND_RESULT__INIT;
        ProtobufCBinaryData stored[2];
        uint8_t stranger[WIRE_ENVELOPE_ID_SIZE] = {0};
        uint32_t pause_ms = 0;
        Sent sent;

        sent_init(&sent);
        stored[0] = (ProtobufCBinaryData){.data = stranger, .len = sizeof(stranger)};
        stored[1] = (ProtobufCBinaryData){.data = sent.entry.envelope_id.bytes,
                                          .len = WIRE_ENVELOPE_ID_SIZE};
        result.stored = stored;
        result.n_stored = 2;
        g_assert_cmpint(outbox_apply_result(sent.alice.store, &result, &pause_ms), ==, 0);
        g_assert_cmpuint(pause_ms, ==, 0);
        g_assert_cmpint(message_of(&sent).state, ==, MESSAGE_SENT);
        g_assert_cmpuint(queued(&sent), ==, 0);
        sent_deinit(&sent);
}

static void test_refused_for_good(void)
{
        static const struct {
                Wire__ErrorCode code;
                Problem reason;
        } table[] = {
                        {WIRE__ERROR_CODE__ERROR_CODE_UNKNOWN_RECIPIENT, PROBLEM_UNKNOWN_RECIPIENT},
                        {WIRE__ERROR_CODE__ERROR_CODE_MAILBOX_FULL, PROBLEM_MAILBOX_FULL},
                        {WIRE__ERROR_CODE__ERROR_CODE_TOO_LARGE, PROBLEM_TEXT_TOO_LONG},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
                Sent sent;

                sent_init(&sent);
                g_assert_cmpuint(refuse(&sent, table[i].code, 0), ==, 0);
                g_assert_cmpint(message_of(&sent).state, ==, MESSAGE_FAILED);
                g_assert_cmpint(message_of(&sent).reason, ==, table[i].reason);
                g_assert_cmpuint(queued(&sent), ==, 0);
                sent_deinit(&sent);
        }
}

/* Nothing is lost when the server is in trouble, or speaks of what we do not know. */
static void test_refused_for_now(void)
{
        static const int codes[] = {
                        WIRE__ERROR_CODE__ERROR_CODE_RATE_LIMITED, WIRE__ERROR_CODE__ERROR_CODE_BUSY,
                        WIRE__ERROR_CODE__ERROR_CODE_UNSPECIFIED,  WIRE__ERROR_CODE__ERROR_CODE_OUT_OF_ORDER,
                        WIRE__ERROR_CODE__ERROR_CODE_UNSUPPORTED,  4711,
        };

        for (size_t i = 0; i < G_N_ELEMENTS(codes); i++) {
                Sent sent;

                sent_init(&sent);
                g_assert_cmpuint(refuse(&sent, (Wire__ErrorCode)codes[i], 0), >, 0);
                g_assert_cmpint(message_of(&sent).state, ==, MESSAGE_QUEUED);
                g_assert_cmpuint(queued(&sent), ==, 1);
                sent_deinit(&sent);
        }
}

static void test_rate_limited_says_when(void)
{
        uint64_t now = clock_now_ms();
        Sent sent;

        sent_init(&sent);
        g_assert_cmpuint(refuse(&sent, WIRE__ERROR_CODE__ERROR_CODE_RATE_LIMITED, 60000), ==, 60000);
        g_assert_cmpint(message_of(&sent).reason, ==, PROBLEM_RATE_LIMITED);
        g_assert_cmpuint(message_of(&sent).retry_at_ms, >=, now + 60000);
        sent_deinit(&sent);
}

static void test_stale_device(void)
{
        OutboxEntry entry;
        Contact bob;
        Sent sent;

        sent_init(&sent);
        g_assert_cmpuint(refuse(&sent, WIRE__ERROR_CODE__ERROR_CODE_STALE_DEVICE, 0), ==, 0);
        bob = side_contact(&sent.alice, "bob");
        g_assert_cmpuint(bob.device_id, ==, 0);
        g_assert_cmpint(store_outbox_first_waiting(sent.alice.store, bob.id, &entry), ==, 0);
        g_assert_cmpuint(entry.message, ==, sent.parcel.message);
        sent_deinit(&sent);
}

/* ---- Prekeys ---- */

static PrekeyNeed plan(Side *side, uint64_t now, uint32_t left)
{
        PrekeyNeed need;

        g_assert_cmpint(prekey_upkeep_plan(side->store, now, &left, &need), ==, 0);
        return need;
}

static void test_prekey_plan(void)
{
        g_autofree PrekeyBatch *batch = g_new0(PrekeyBatch, 1);
        const PrekeyNeed all = {.signed_prekey = true, .last_resort = true};
        uint32_t first_id;
        uint64_t now;
        Side side;

        side_init(&side, "alice", 1);
        g_assert_true(plan(&side, clock_now_ms(), 100).signed_prekey);
        g_assert_cmpint(prekey_batch_make(side.store, &side.keys->identity, &all, batch), ==, 0);
        first_id = batch->signed_prekey.id;
        now = clock_now_ms();

        /* Until the server has confirmed it, the same one is offered again. */
        g_assert_true(plan(&side, now, 100).signed_prekey);
        g_assert_cmpint(prekey_batch_make(side.store, &side.keys->identity, &all, batch), ==, 0);
        g_assert_cmpuint(batch->signed_prekey.id, ==, first_id);
        g_assert_cmpint(prekey_batch_confirm(side.store, batch), ==, 0);
        g_assert_false(plan(&side, now, 100).signed_prekey);
        g_assert_false(plan(&side, now, 100).last_resort);
        g_assert_false(plan(&side, now + SIGNED_PREKEY_ROTATE_MS - 60000, 100).signed_prekey);
        g_assert_true(plan(&side, now + SIGNED_PREKEY_ROTATE_MS + 60000, 100).signed_prekey);

        g_assert_cmpuint(plan(&side, now, ONE_TIME_PREKEYS_LOW).one_time, ==, 0);
        g_assert_cmpuint(plan(&side, now, ONE_TIME_PREKEYS_LOW - 1).one_time, ==,
                         ONE_TIME_PREKEYS_FULL - ONE_TIME_PREKEYS_LOW + 1);
        g_assert_cmpuint(plan(&side, now, 0).one_time, ==, ONE_TIME_PREKEYS_FULL);
        side_deinit(&side);
}

/* A replaced prekey stays as long as somebody may still use it, counted from its successor. */
static void test_old_prekeys_go(void)
{
        const E2eeContext early = {.fill = clock_e2ee_context().fill, .now_ms = 1000};
        const E2eeContext late = {.fill = early.fill, .now_ms = 5000};
        Prekey prekey;
        Side side;

        side_init(&side, "alice", 1);
        prekey_generate(&prekey, PREKEY_SIGNED, 1, &side.keys->identity, &early);
        g_assert_cmpint(store_prekey_insert(side.store, &prekey), ==, 0);
        prekey_generate(&prekey, PREKEY_SIGNED, 2, &side.keys->identity, &late);
        g_assert_cmpint(store_prekey_insert(side.store, &prekey), ==, 0);

        /* While the server may not have the new one, it still hands out the old one. */
        g_assert_cmpint(store_prekey_delete_replaced(side.store, PREKEY_SIGNED, 5001), ==, 0);
        g_assert_cmpint(store_prekey_find(side.store, PREKEY_SIGNED, 1, &prekey), ==, 0);
        g_assert_cmpint(store_prekey_set_uploaded(side.store, PREKEY_SIGNED, 2), ==, 0);
        g_assert_cmpint(store_prekey_delete_replaced(side.store, PREKEY_SIGNED, 5000), ==, 0);
        g_assert_cmpint(store_prekey_find(side.store, PREKEY_SIGNED, 1, &prekey), ==, 0);
        g_assert_cmpint(store_prekey_delete_replaced(side.store, PREKEY_SIGNED, 5001), ==, 0);
        g_assert_cmpint(store_prekey_find(side.store, PREKEY_SIGNED, 1, &prekey), ==, STORE_PREKEY_NONE);
        g_assert_cmpint(store_prekey_find(side.store, PREKEY_SIGNED, 2, &prekey), ==, 0);
        side_deinit(&side);
}

/* A prekey that never reached the server is not offered when it is too old to be a new one. */
static void test_old_prekey_is_not_offered(void)
{
        const E2eeContext early = {.fill = clock_e2ee_context().fill, .now_ms = 1000};
        const PrekeyNeed need = {.signed_prekey = true};
        g_autofree PrekeyBatch *batch = g_new0(PrekeyBatch, 1);
        Prekey prekey;
        Side side;

        side_init(&side, "alice", 1);
        prekey_generate(&prekey, PREKEY_SIGNED, 1000, &side.keys->identity, &early);
        g_assert_cmpint(store_prekey_insert(side.store, &prekey), ==, 0);
        g_assert_cmpint(prekey_batch_make(side.store, &side.keys->identity, &need, batch), ==, 0);
        g_assert_cmpuint(batch->signed_prekey.id, !=, 1000);
        g_assert_cmpuint(batch->signed_prekey.id, !=, 0);
        side_deinit(&side);
}

static void test_one_time_prekeys_are_bounded(void)
{
        const PrekeyNeed need = {.one_time = 10};
        g_autofree PrekeyBatch *batch = g_new0(PrekeyBatch, 1);
        uint32_t confirmed, oldest = 0;
        Prekey prekey;
        Side side;

        side_init(&side, "alice", 1);
        g_assert_cmpint(prekey_batch_make(side.store, &side.keys->identity, &need, batch), ==, 0);
        g_assert_cmpint(prekey_batch_confirm(side.store, batch), ==, 0);
        confirmed = batch->one_time[0].id;
        for (unsigned i = 0; i < 3; i++) {
                g_assert_cmpint(prekey_batch_make(side.store, &side.keys->identity, &need, batch), ==, 0);
                g_assert_cmpuint(batch->one_time[0].id, >, confirmed); /* none is sent twice */
                oldest = oldest ? oldest : batch->one_time[0].id;
        }
        g_assert_cmpint(store_prekey_trim_one_time(side.store, 30), ==, 0);
        g_assert_cmpint(store_prekey_find(side.store, PREKEY_ONE_TIME, oldest, &prekey), ==, 0);
        g_assert_cmpint(store_prekey_trim_one_time(side.store, 29), ==, 0);
        g_assert_cmpint(store_prekey_find(side.store, PREKEY_ONE_TIME, oldest, &prekey), ==,
                        STORE_PREKEY_NONE);
        g_assert_cmpint(store_prekey_find(side.store, PREKEY_ONE_TIME, oldest + 1, &prekey), ==, 0);
        /* Those that the server has stay, however many it did not get. */
        g_assert_cmpint(store_prekey_trim_one_time(side.store, 10), ==, 0);
        g_assert_cmpint(store_prekey_find(side.store, PREKEY_ONE_TIME, confirmed, &prekey), ==, 0);
        g_assert_cmpint(store_prekey_trim_one_time(side.store, 9), ==, 0);
        g_assert_cmpint(store_prekey_find(side.store, PREKEY_ONE_TIME, confirmed, &prekey), ==,
                        STORE_PREKEY_NONE);
        side_deinit(&side);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_assert_cmpint(sodium_init(), >=, 0);
        g_test_add_func("/store/reopened", test_reopened);
        g_test_add_func("/store/other-key", test_other_key);
        g_test_add_func("/store/too-new", test_too_new);
        g_test_add_func("/store/pages", test_pages);
        g_test_add_func("/store/same-id-once", test_same_id_once);
        g_test_add_func("/store/event-numbers", test_event_numbers);
        g_test_add_func("/outbox/stored", test_stored);
        g_test_add_func("/outbox/refused-for-good", test_refused_for_good);
        g_test_add_func("/outbox/refused-for-now", test_refused_for_now);
        g_test_add_func("/outbox/rate-limited-says-when", test_rate_limited_says_when);
        g_test_add_func("/outbox/stale-device", test_stale_device);
        g_test_add_func("/prekeys/plan", test_prekey_plan);
        g_test_add_func("/prekeys/old-ones-go", test_old_prekeys_go);
        g_test_add_func("/prekeys/old-one-is-not-offered", test_old_prekey_is_not_offered);
        g_test_add_func("/prekeys/one-time-ones-are-bounded", test_one_time_prekeys_are_bounded);
        return g_test_run();
}
