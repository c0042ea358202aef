/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/auth.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

/* With the zero byte at its end, as the specification has it. */
static const char LABEL[] = "SecureMessenger device authentication v1";

enum { INPUT_MAX = sizeof(LABEL) + 1 + WIRE_SERVER_NAME_MAX + 1 + WIRE_USER_NAME_MAX + 4 + WIRE_CHALLENGE_SIZE };

static uint8_t *put(uint8_t *to, const void *data, size_t size)
{
        memcpy(to, data, size);
        return to + size;
}

static uint8_t *put_name(uint8_t *to, const char *name, size_t size)
{
        *to++ = (uint8_t)size;
        return put(to, name, size);
}

/* Returns the size of what was written, or -EINVAL. */
static ssize_t signed_bytes(const DeviceAuthInput *input, uint8_t out[static INPUT_MAX])
{
        size_t server_size = strnlen(input->server_name, WIRE_SERVER_NAME_MAX + 1);
        size_t user_size = strnlen(input->user_name, WIRE_USER_NAME_MAX + 1);
        uint8_t device_id[4];
        uint8_t *p = out;

        if (server_size > WIRE_SERVER_NAME_MAX || user_size > WIRE_USER_NAME_MAX)
                return -EINVAL;
        for (unsigned i = 0; i < 4; i++)
                device_id[i] = (uint8_t)(input->device_id >> (24 - 8 * i));

        p = put(p, LABEL, sizeof(LABEL));
        p = put_name(p, input->server_name, server_size);
        p = put_name(p, input->user_name, user_size);
        p = put(p, device_id, sizeof(device_id));
        p = put(p, input->challenge, WIRE_CHALLENGE_SIZE);
        return p - out;
}

void device_auth_generate(DeviceAuthPublicKey *public_out, DeviceAuthSecretKey *secret_out)
{
        crypto_sign_keypair(public_out->bytes, secret_out->bytes);
}

int device_auth_sign(const DeviceAuthSecretKey *key, const DeviceAuthInput *input, DeviceAuthSignature *out)
{
        uint8_t bytes[INPUT_MAX];
        ssize_t size = signed_bytes(input, bytes);

        if (size < 0)
                return (int)size;
        crypto_sign_detached(out->bytes, NULL, bytes, (size_t)size, key->bytes);
        return 0;
}

int device_auth_verify(const DeviceAuthPublicKey *key, const DeviceAuthInput *input,
                       const DeviceAuthSignature *signature)
{
        uint8_t bytes[INPUT_MAX];
        ssize_t size = signed_bytes(input, bytes);

        if (size < 0)
                return (int)size;
        if (crypto_sign_verify_detached(signature->bytes, bytes, (size_t)size, key->bytes) != 0)
                return AUTH_WRONG;
        return 0;
}
