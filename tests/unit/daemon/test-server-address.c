/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>

#include "daemon/problem.h"
#include "daemon/server-address.h"

#define PIN "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static void assert_accepted(const char *url, bool insecure, const char *websocket_url, const char *host)
{
        ServerAddress address, copy;

        g_assert_cmpint(server_address_init(&address, url, NULL, insecure), ==, 0);
        server_address_copy(&copy, &address);
        server_address_deinit(&address);
        g_assert_cmpstr(copy.url, ==, url);
        g_assert_cmpstr(copy.websocket_url, ==, websocket_url);
        g_assert_cmpstr(copy.host, ==, host);
        server_address_deinit(&copy);
}

static void test_accepted(void)
{
        assert_accepted("wss://example.org", false, "wss://example.org/v1", "example.org");
        assert_accepted("wss://example.org:8443/", false, "wss://example.org:8443/v1", "example.org");
        assert_accepted("wss://example.org/v1", false, "wss://example.org/v1", "example.org");
        assert_accepted("wss://127.0.0.1:4443", false, "wss://127.0.0.1:4443/v1", "127.0.0.1");
        assert_accepted("wss://[::1]:4443", false, "wss://[::1]:4443/v1", "::1");
        assert_accepted("ws://127.0.0.1:80", true, "ws://127.0.0.1:80/v1", "127.0.0.1");
        assert_accepted("ws://[::1]", true, "ws://[::1]/v1", "::1");
        assert_accepted("ws://localhost", true, "ws://localhost/v1", "localhost");
}

static void test_refused(void)
{
        static const struct {
                const char *url, *pin;
                bool insecure;
        } refused[] = {
                        {"", NULL, false},
                        {"example.org", NULL, false},
                        {"https://example.org", NULL, false},
                        {"wss://", NULL, false},
                        {"wss:///v1", NULL, false},
                        {"wss://user@example.org", NULL, false},
                        {"wss://user:password@example.org", NULL, false},
                        {"wss://example.org/?query", NULL, false},
                        {"wss://example.org/#fragment", NULL, false},
                        {"wss://example.org/elsewhere", NULL, false},
                        {"wss://example.org:99999", NULL, false},
                        {"wss://ex\tample.org", NULL, false},
                        {"wss://example.org", "sha256:00", false},
                        {"wss://example.org", "", false},
                        /* Without TLS: only loopback, only when asked for, and a pin would be a lie. */
                        {"ws://127.0.0.1", NULL, false},
                        {"ws://example.org", NULL, true},
                        {"ws://localhost.example.org", NULL, true},
                        {"ws://127.0.0.1.example.org", NULL, true},
                        {"ws://10.0.0.1", NULL, true},
                        {"ws://127.0.0.1", PIN, true},
        };
        ServerAddress address;

        for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
                g_test_message("%s", refused[i].url);
                g_assert_cmpint(server_address_init(&address, refused[i].url, refused[i].pin,
                                                    refused[i].insecure),
                                ==, PROBLEM_INVALID_ARGUMENT);
                server_address_deinit(&address);
        }
}

static void test_pin(void)
{
        char text[CERTIFICATE_PIN_TEXT_SIZE];
        ServerAddress address;

        g_assert_cmpint(server_address_init(&address, "wss://example.org", PIN, false), ==, 0);
        g_assert_true(address.has_pin);
        certificate_pin_format(&address.pin, text);
        g_assert_cmpstr(text, ==, PIN);
        server_address_deinit(&address);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/server-address/accepted", test_accepted);
        g_test_add_func("/server-address/refused", test_refused);
        g_test_add_func("/server-address/pin", test_pin);
        return g_test_run();
}
