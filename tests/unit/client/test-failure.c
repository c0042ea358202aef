/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "client/failure.h"

#define NAME(name) "org.securemessenger.Messenger1.Error." name

static ClientFailure of_remote(const char *name)
{
        g_autoptr(GError) error = g_dbus_error_new_for_dbus_error(name, "words");

        return client_failure_of(error);
}

static void test_daemon(void)
{
        g_assert_cmpint(of_remote(NAME("WrongPassword")), ==, CLIENT_FAILURE_WRONG_PASSWORD);
        g_assert_cmpint(of_remote(NAME("InvalidArgument")), ==, CLIENT_FAILURE_INVALID_ARGUMENT);
        g_assert_cmpint(of_remote(NAME("Failed")), ==, CLIENT_FAILURE_FAILED);
        g_assert_cmpint(of_remote(NAME("OfALaterVersion")), ==, CLIENT_FAILURE_FAILED);
        g_assert_cmpint(of_remote("org.example.Error.WrongPassword"), ==, CLIENT_FAILURE_FAILED);
}

static void test_bus(void)
{
        static const char *const unreachable[] = {
                        "org.freedesktop.DBus.Error.ServiceUnknown",
                        "org.freedesktop.DBus.Error.NameHasNoOwner",
                        "org.freedesktop.DBus.Error.NoReply",
                        "org.freedesktop.DBus.Error.Disconnected",
                        "org.freedesktop.DBus.Error.Spawn.ChildExited",
                        "org.freedesktop.systemd1.UnitMasked",
        };

        for (size_t i = 0; i < G_N_ELEMENTS(unreachable); i++)
                g_assert_cmpint(of_remote(unreachable[i]), ==, CLIENT_FAILURE_NO_DAEMON);
        g_assert_cmpint(of_remote("org.freedesktop.DBus.Error.UnknownMethod"), ==, CLIENT_FAILURE_FAILED);
}

static void test_local(void)
{
        g_autoptr(GError) closed = g_error_new_literal(G_IO_ERROR, G_IO_ERROR_CLOSED, "closed");
        g_autoptr(GError) ours = g_error_new_literal(CLIENT_FAILURE, CLIENT_FAILURE_BAD_TEXT, "bad");

        g_assert_cmpint(client_failure_of(NULL), ==, CLIENT_FAILURE_NONE);
        g_assert_cmpint(client_failure_of(closed), ==, CLIENT_FAILURE_NO_DAEMON);
        g_assert_cmpint(client_failure_of(ours), ==, CLIENT_FAILURE_BAD_TEXT);
}

/* Names and numbers go into each other, and each failure has words of its own. */
static void test_names(void)
{
        g_autoptr(GHashTable) sentences = g_hash_table_new(g_str_hash, g_str_equal);
        size_t n = 0;

        for (const char *name; (name = client_failure_name_at(n)); n++) {
                ClientFailure failure = client_failure_from_name(name);

                g_assert_cmpstr(client_failure_name(failure), ==, name);
                g_assert_cmpstr(client_failure_sentence(failure), !=, "");
                g_assert_true(g_hash_table_add(sentences, (gpointer)client_failure_sentence(failure)));
        }
        g_assert_cmpuint(n, ==, 47);
}

static void test_words(void)
{
        g_autoptr(GError) limited =
                        g_dbus_error_new_for_dbus_error(NAME("RateLimited"), "Again in 12 seconds.");
        g_autoptr(GError) locked = g_dbus_error_new_for_dbus_error(NAME("Locked"), "other words");
        g_autofree char *limited_words = client_failure_describe(limited);
        g_autofree char *locked_words = client_failure_describe(locked);

        g_assert_cmpstr(limited_words, ==, "Again in 12 seconds.");
        g_assert_cmpstr(locked_words, ==, client_failure_sentence(CLIENT_FAILURE_LOCKED));
}

static void test_reasons(void)
{
        const char *internal = client_failure_sentence(CLIENT_FAILURE_FAILED);

        g_assert_cmpstr(client_reason_sentence(""), ==, "");
        g_assert_cmpstr(client_reason_sentence("Offline"), !=, internal);
        g_assert_cmpstr(client_reason_sentence("Replaced"), !=, internal);
        g_assert_cmpstr(client_reason_sentence("DeviceRemoved"), !=, internal);
        g_assert_cmpstr(client_reason_sentence("KeyChanged"), ==,
                        client_failure_sentence(CLIENT_FAILURE_KEY_CHANGED));
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/failure/daemon", test_daemon);
        g_test_add_func("/failure/bus", test_bus);
        g_test_add_func("/failure/local", test_local);
        g_test_add_func("/failure/names", test_names);
        g_test_add_func("/failure/words", test_words);
        g_test_add_func("/failure/reasons", test_reasons);
        return g_test_run();
}
