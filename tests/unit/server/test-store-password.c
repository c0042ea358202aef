/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "store-fixture.h"

static int change(StoreFixture *fixture, const char *name, uint64_t mailbox, const char *verified, const char *hash)
{
        StoreChangePassword request = {.mailbox = mailbox, .password = {.salt = {1}, .passes = 4, .memory_kib = 70000}};

        g_strlcpy(request.name, name, sizeof(request.name));
        g_strlcpy(request.verified_hash, verified, sizeof(request.verified_hash));
        g_strlcpy(request.auth_hash, hash, sizeof(request.auth_hash));
        return store_fixture_run(fixture, &request.base, STORE_CHANGE_PASSWORD);
}

static int delete(StoreFixture *fixture, const char *name, uint64_t mailbox, const char *verified)
{
        StoreDeleteAccount request = {.mailbox = mailbox};

        g_strlcpy(request.name, name, sizeof(request.name));
        g_strlcpy(request.verified_hash, verified, sizeof(request.verified_hash));
        return store_fixture_run(fixture, &request.base, STORE_DELETE_ACCOUNT);
}

static int find(StoreFixture *fixture, const char *name, StoreFindAccount *request)
{
        *request = (StoreFindAccount){.count_prekeys = true};
        g_strlcpy(request->name, name, sizeof(request->name));
        return store_fixture_run(fixture, &request->base, STORE_FIND_ACCOUNT);
}

static int register_again(StoreFixture *fixture, const char *name)
{
        StoreSetDevice request = {.auth_hash = "another"};
        Wire__DeviceKeys keys = WIRE__DEVICE_KEYS__INIT;
        uint8_t noise[32] = {};

        keys.auth_public_key = keys.identity = keys.signed_prekey = keys.last_resort_prekey =
                        (ProtobufCBinaryData){sizeof(noise), noise};
        request.device = &keys;
        g_strlcpy(request.name, name, sizeof(request.name));
        return store_fixture_run(fixture, &request.base, STORE_REGISTER);
}

static void test_change(StoreFixture *fixture)
{
        uint64_t bob = store_fixture_register(fixture, "bob", 3), second = 0, replaced = 0;
        StoreFindAccount found;

        g_assert_cmpint(change(fixture, "bob", bob, "wrong", "new"), ==, STORE_STALE_DEVICE);
        g_assert_cmpint(change(fixture, "bob", bob + 1, "a hash", "new"), ==, STORE_STALE_DEVICE);
        g_assert_cmpint(change(fixture, "nobody", bob, "a hash", "new"), ==, STORE_STALE_DEVICE);
        g_assert_cmpint(find(fixture, "bob", &found), ==, 0);
        g_assert_cmpstr(found.auth_hash, ==, "a hash");

        g_assert_cmpint(change(fixture, "bob", bob, "a hash", "new"), ==, 0);
        g_assert_cmpint(find(fixture, "bob", &found), ==, 0);
        g_assert_cmpstr(found.auth_hash, ==, "new");
        g_assert_cmpuint(found.password.passes, ==, 4);
        g_assert_cmpuint(found.password.memory_kib, ==, 70000);
        g_assert_cmpuint(found.password.salt[0], ==, 1);
        g_assert_cmpuint(found.mailbox, ==, bob);
        g_assert_cmpuint(found.one_time_prekeys_left, ==, 3);

        /* Two at once: the second was verified against what is no more. */
        g_assert_cmpint(change(fixture, "bob", bob, "a hash", "newer"), ==, STORE_STALE_DEVICE);
        /* From a device that has been replaced. */
        g_assert_cmpint(store_fixture_login(fixture, "bob", &second, &replaced), ==, 2);
        g_assert_cmpint(change(fixture, "bob", bob, "new", "newer"), ==, STORE_STALE_DEVICE);
        g_assert_cmpint(change(fixture, "bob", second, "new", "newer"), ==, 0);
}

static void test_login(StoreFixture *fixture)
{
        StoreSetDevice request = {.name = "bob", .verified_hash = "not this", .auth_hash = "costlier"};
        Wire__DeviceKeys keys = WIRE__DEVICE_KEYS__INIT;
        uint8_t noise[32] = {};
        StoreFindAccount found;

        store_fixture_register(fixture, "bob", 0);
        keys.auth_public_key = keys.identity = keys.signed_prekey = keys.last_resort_prekey =
                        (ProtobufCBinaryData){sizeof(noise), noise};
        request.device = &keys;
        g_assert_cmpint(store_fixture_run(fixture, &request.base, STORE_LOGIN), ==, STORE_UNKNOWN_ACCOUNT);
        g_assert_cmpint(find(fixture, "bob", &found), ==, 0);
        g_assert_cmpuint(found.device_id, ==, 1);
        g_strlcpy(request.verified_hash, "a hash", sizeof(request.verified_hash));
        g_assert_cmpint(store_fixture_run(fixture, &request.base, STORE_LOGIN), ==, 0);
        g_assert_cmpint(find(fixture, "bob", &found), ==, 0);
        g_assert_cmpuint(found.device_id, ==, 2);
        g_assert_cmpstr(found.auth_hash, ==, "costlier");
}

static void test_delete(StoreFixture *fixture)
{
        uint64_t bob, alice, replaced = 0, second = 0;
        g_autofree char *waiting = NULL;
        StoreFindAccount found;

        fixture->limits.reserved_ms = 60 * 60 * 1000;
        store_fixture_reopen(fixture);
        alice = store_fixture_register(fixture, "alice", 5);
        bob = store_fixture_register(fixture, "bob", 5);
        g_assert_cmpint(store_fixture_send(fixture, "bob", 1, 10, NULL), ==, 0);
        g_assert_cmpint(store_fixture_send(fixture, "alice", 2, 10, NULL), ==, 0);

        g_assert_cmpint(delete(fixture, "bob", bob, "wrong"), ==, STORE_STALE_DEVICE);
        g_assert_cmpint(delete(fixture, "bob", alice, "a hash"), ==, STORE_STALE_DEVICE);
        g_assert_cmpint(delete(fixture, "bob", bob, "a hash"), ==, 0);
        g_assert_cmpint(delete(fixture, "bob", bob, "a hash"), ==, STORE_STALE_DEVICE);
        g_assert_cmpint(find(fixture, "bob", &found), ==, STORE_UNKNOWN_ACCOUNT);
        g_assert_cmpint(store_fixture_send(fixture, "bob", 3, 10, NULL), ==, STORE_UNKNOWN_ACCOUNT);
        g_assert_cmpint(store_fixture_login(fixture, "bob", &second, &replaced), ==, STORE_UNKNOWN_ACCOUNT);
        waiting = store_fixture_read(fixture, bob, 0);
        g_assert_cmpstr(waiting, ==, "gone");
        g_assert_cmpint(find(fixture, "alice", &found), ==, 0);
        g_assert_cmpuint(found.one_time_prekeys_left, ==, 5);

        /* The name is nobody's for a while, over restarts too. */
        g_assert_cmpint(register_again(fixture, "bob"), ==, STORE_NAME_TAKEN);
        store_fixture_reopen(fixture);
        g_assert_cmpint(register_again(fixture, "bob"), ==, STORE_NAME_TAKEN);
        fixture->limits.reserved_ms = 0;
        store_fixture_reopen(fixture);
        g_assert_cmpint(register_again(fixture, "bob"), ==, 0);
        g_assert_cmpint(find(fixture, "bob", &found), ==, 0);
        g_assert_cmpuint(found.one_time_prekeys_left, ==, 0);
        g_assert_cmpuint(found.mailbox, !=, bob);
        g_free(waiting);
        waiting = store_fixture_read(fixture, found.mailbox, 0);
        g_assert_cmpstr(waiting, ==, "");
}

/* An invitation stays used when the account that it was for has gone. */
static void test_invitation(StoreFixture *fixture)
{
        StoreSetDevice request = {.auth_hash = "x", .has_invitation = true, .invitation_hash = "a token", .name = "bob"};
        Wire__DeviceKeys keys = WIRE__DEVICE_KEYS__INIT;
        uint8_t noise[32] = {};

        keys.auth_public_key = keys.identity = keys.signed_prekey = keys.last_resort_prekey =
                        (ProtobufCBinaryData){sizeof(noise), noise};
        request.device = &keys;
        g_assert_cmpint(store_fixture_run(fixture, &request.base, STORE_REGISTER), ==, 0);
        g_assert_cmpint(delete(fixture, "bob", request.mailbox, "x"), ==, 0);
        g_strlcpy(request.name, "carol", sizeof(request.name));
        g_assert_cmpint(store_fixture_run(fixture, &request.base, STORE_REGISTER), ==, STORE_INVITATION_USED);
}

typedef void (*Story)(StoreFixture *fixture);

static void run_story(gconstpointer story)
{
        StoreFixture fixture;

        store_fixture_init(&fixture);
        store_fixture_open(&fixture);
        ((Story)story)(&fixture);
        store_fixture_deinit(&fixture);
}

#define STORY(name, function) g_test_add_data_func("/store-password/" name, (gconstpointer)(function), run_story)

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        STORY("change", test_change);
        STORY("login", test_login);
        STORY("delete", test_delete);
        STORY("invitation", test_invitation);
        return g_test_run();
}
