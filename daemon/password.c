/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/password.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "e2ee/hkdf.h"

static const char AUTH_KEY_LABEL[] = "SecureMessenger auth key v1";
static const char STORE_KEY_LABEL[] = "SecureMessenger store key v1";

static uint32_t memory_kib = PASSWORD_MEMORY_MIB * 1024; /* of new passwords */

Password *password_new(const uint8_t *data, size_t size)
{
        Password *password;

        if (size > 0 && data[size - 1] == '\n')
                size--;
        if (size > PASSWORD_MAX)
                return NULL;
        password = sodium_malloc(sizeof(*password));
        if (!password)
                return NULL;
        password->size = size;
        memcpy(password->bytes, data, size);
        return password;
}

Password *password_copy(const Password *password)
{
        Password *copy = sodium_malloc(sizeof(*copy));

        if (copy)
                *copy = *password;
        return copy;
}

Password *password_free(Password *password)
{
        sodium_free(password);
        return NULL;
}

void password_freep(Password **password)
{
        *password = password_free(*password);
}

bool password_set_memory(int64_t mib)
{
        if (mib < WIRE_PASSWORD_MEMORY_KIB_MIN / 1024 || mib > WIRE_PASSWORD_MEMORY_KIB_MAX / 1024)
                return false;
        memory_kib = (uint32_t)mib * 1024;
        return true;
}

void password_parameters_new(PasswordParameters *out)
{
        randombytes_buf(out->salt, sizeof(out->salt));
        out->passes = crypto_pwhash_OPSLIMIT_MODERATE;
        out->memory_kib = memory_kib;
}

bool password_parameters_are_fair(const PasswordParameters *parameters)
{
        return parameters->passes >= WIRE_PASSWORD_PASSES_MIN &&
               parameters->passes <= WIRE_PASSWORD_PASSES_MAX &&
               parameters->memory_kib >= WIRE_PASSWORD_MEMORY_KIB_MIN &&
               parameters->memory_kib <= WIRE_PASSWORD_MEMORY_KIB_MAX;
}

int password_derive(const Password *password, const PasswordParameters *parameters, PasswordKeys *out)
{
        uint8_t root[32];
        int r;

        _Static_assert(WIRE_SALT_SIZE == crypto_pwhash_SALTBYTES, "the salt is libsodium's");
        r = crypto_pwhash(root, sizeof(root), (const char *)password->bytes, password->size,
                          parameters->salt, parameters->passes, (size_t)parameters->memory_kib * 1024,
                          crypto_pwhash_ALG_ARGON2ID13);
        if (r < 0)
                return -ENOMEM;

        r = hkdf_sha256(NULL, 0, root, sizeof(root), (const uint8_t *)AUTH_KEY_LABEL, strlen(AUTH_KEY_LABEL),
                        out->auth.bytes, sizeof(out->auth.bytes));
        if (r == 0)
                r = hkdf_sha256(NULL, 0, root, sizeof(root), (const uint8_t *)STORE_KEY_LABEL,
                                strlen(STORE_KEY_LABEL), out->store.bytes, sizeof(out->store.bytes));
        sodium_memzero(root, sizeof(root));
        return r;
}
