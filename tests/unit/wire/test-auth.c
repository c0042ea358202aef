/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <glib.h>
#include <sodium.h>
#include <string.h>

#include "wire/auth.h"

static const uint8_t challenge[WIRE_CHALLENGE_SIZE] = {1, 2, 3};
static const DeviceAuthInput input = {"chat.example", "alice", 7, challenge};

static void test_good(void)
{
        DeviceAuthPublicKey public_key;
        DeviceAuthSecretKey secret_key;
        DeviceAuthSignature signature;

        device_auth_generate(&public_key, &secret_key);
        g_assert_cmpint(device_auth_sign(&secret_key, &input, &signature), ==, 0);
        g_assert_cmpint(device_auth_verify(&public_key, &input, &signature), ==, 0);
}

/* The signature covers every part of the input, and the parts cannot be shifted into one another. */
static void test_other_input(void)
{
        static const uint8_t other_challenge[WIRE_CHALLENGE_SIZE] = {1, 2, 4};
        const DeviceAuthInput others[] = {
                {"chat.exampl", "ealice", 7, challenge}, {"chat.example", "alicf", 7, challenge},
                {"other.example", "alice", 7, challenge}, {"chat.example", "alice", 8, challenge},
                {"chat.example", "alice", 7, other_challenge}, {"", "alice", 7, challenge},
        };
        DeviceAuthPublicKey public_key, other_key;
        DeviceAuthSecretKey secret_key;
        DeviceAuthSignature signature;

        device_auth_generate(&other_key, &secret_key);
        device_auth_generate(&public_key, &secret_key);
        g_assert_cmpint(device_auth_sign(&secret_key, &input, &signature), ==, 0);
        for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
                g_assert_cmpint(device_auth_verify(&public_key, &others[i], &signature), ==, AUTH_WRONG);
        g_assert_cmpint(device_auth_verify(&other_key, &input, &signature), ==, AUTH_WRONG);
        signature.bytes[5] ^= 1;
        g_assert_cmpint(device_auth_verify(&public_key, &input, &signature), ==, AUTH_WRONG);
}

/* The bytes as wire/auth.h and docs/protocol.md describe them, so that a stranger's client interoperates. */
static void test_format(void)
{
        static const char label[] = "SecureMessenger device authentication v1";
        uint8_t bytes[sizeof(label) + 1 + 12 + 1 + 5 + 4 + WIRE_CHALLENGE_SIZE], *p = bytes;
        DeviceAuthPublicKey public_key;
        DeviceAuthSecretKey secret_key;
        DeviceAuthSignature signature;

        p = (uint8_t *)memcpy(p, label, sizeof(label)) + sizeof(label);
        p = (uint8_t *)memcpy(p, "\x0c" "chat.example" "\x05" "alice" "\0\0\0\x07", 23) + 23;
        memcpy(p, challenge, sizeof(challenge));

        device_auth_generate(&public_key, &secret_key);
        g_assert_cmpint(device_auth_sign(&secret_key, &input, &signature), ==, 0);
        g_assert_cmpint(crypto_sign_verify_detached(signature.bytes, bytes, sizeof(bytes), public_key.bytes), ==, 0);
}

static void test_too_long(void)
{
        char name[300];
        DeviceAuthInput long_name = {name, "alice", 7, challenge};
        DeviceAuthInput long_user = {"chat.example", name, 7, challenge};
        DeviceAuthPublicKey public_key;
        DeviceAuthSecretKey secret_key;
        DeviceAuthSignature signature;

        memset(name, 'a', sizeof(name));
        name[sizeof(name) - 1] = '\0';
        device_auth_generate(&public_key, &secret_key);
        g_assert_cmpint(device_auth_sign(&secret_key, &long_name, &signature), ==, -EINVAL);
        g_assert_cmpint(device_auth_sign(&secret_key, &long_user, &signature), ==, -EINVAL);
}

int main(int argc, char **argv)
{
        if (sodium_init() < 0)
                return 1;
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/auth/good", test_good);
        g_test_add_func("/auth/other-input", test_other_input);
        g_test_add_func("/auth/format", test_format);
        g_test_add_func("/auth/too-long", test_too_long);
        return g_test_run();
}
