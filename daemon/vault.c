/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/vault.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "daemon/cleanup.h"

static const char MAGIC[] = "SMVAULT1";

enum { HEADER_SIZE = VAULT_SIZE - DATABASE_KEY_SIZE - 16 };

_Static_assert(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES == 24, "size of the nonce");
_Static_assert(crypto_aead_xchacha20poly1305_ietf_ABYTES == 16, "size of the tag");
_Static_assert(STORE_KEY_SIZE == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "size of the store key");

static uint8_t *put_u32(uint8_t *out, uint32_t value)
{
        for (int i = 0; i < 4; i++)
                out[i] = (uint8_t)(value >> (24 - 8 * i));
        return out + 4;
}

static uint32_t get_u32(const uint8_t *data)
{
        return (uint32_t)data[0] << 24 | (uint32_t)data[1] << 16 | (uint32_t)data[2] << 8 | data[3];
}

void vault_encode(const Vault *vault, uint8_t out[static VAULT_SIZE])
{
        uint8_t *p = mempcpy(out, MAGIC, 8);

        p = put_u32(p, vault->parameters.passes);
        p = put_u32(p, vault->parameters.memory_kib);
        p = mempcpy(p, vault->parameters.salt, sizeof(vault->parameters.salt));
        p = mempcpy(p, vault->nonce, sizeof(vault->nonce));
        memcpy(p, vault->wrapped, sizeof(vault->wrapped));
}

int vault_decode(const uint8_t *data, size_t size, Vault *out)
{
        if (size != VAULT_SIZE || memcmp(data, MAGIC, 8) != 0)
                return VAULT_MALFORMED;
        out->parameters.passes = get_u32(data + 8);
        out->parameters.memory_kib = get_u32(data + 12);
        memcpy(out->parameters.salt, data + 16, sizeof(out->parameters.salt));
        memcpy(out->nonce, data + 16 + WIRE_SALT_SIZE, sizeof(out->nonce));
        memcpy(out->wrapped, data + HEADER_SIZE, sizeof(out->wrapped));
        return password_parameters_are_fair(&out->parameters) ? 0 : VAULT_MALFORMED;
}

void vault_wrap(Vault *vault, const PasswordParameters *parameters, const StoreKey *key,
                const DatabaseKey *master)
{
        uint8_t encoded[VAULT_SIZE];

        *vault = (Vault){.parameters = *parameters};
        randombytes_buf(vault->nonce, sizeof(vault->nonce));
        vault_encode(vault, encoded);
        crypto_aead_xchacha20poly1305_ietf_encrypt(vault->wrapped, NULL, master->bytes,
                                                   sizeof(master->bytes), encoded, HEADER_SIZE, NULL,
                                                   vault->nonce, key->bytes);
}

int vault_unwrap(const Vault *vault, const StoreKey *key, DatabaseKey *master_out)
{
        uint8_t encoded[VAULT_SIZE];
        int r;

        vault_encode(vault, encoded);
        r = crypto_aead_xchacha20poly1305_ietf_decrypt(master_out->bytes, NULL, NULL, vault->wrapped,
                                                       sizeof(vault->wrapped), encoded, HEADER_SIZE,
                                                       vault->nonce, key->bytes);
        return r < 0 ? VAULT_WRONG_KEY : 0;
}

int vault_write_name(int folder_fd, const char *name, const Vault *vault)
{
        _cleanup_(closep) int fd = -1;
        uint8_t encoded[VAULT_SIZE];
        ssize_t n;

        vault_encode(vault, encoded);
        fd = openat(folder_fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0)
                return -errno;
        n = write(fd, encoded, sizeof(encoded));
        if (n < 0)
                return -errno;
        if (n != sizeof(encoded))
                return -ENOSPC;
        if (fsync(fd) < 0)
                return -errno;
        return fsync(folder_fd) < 0 ? -errno : 0;
}

int vault_commit_name(int folder_fd, const char *name)
{
        if (renameat(folder_fd, name, folder_fd, VAULT_NAME) < 0)
                return -errno;
        return fsync(folder_fd) < 0 ? -errno : 0;
}

int vault_remove_name(int folder_fd, const char *name)
{
        if (unlinkat(folder_fd, name, 0) < 0 && errno != ENOENT)
                return -errno;
        return fsync(folder_fd) < 0 ? -errno : 0;
}

static int overwrite(int folder_fd, const char *name)
{
        _cleanup_(closep) int fd = -1;
        uint8_t noise[VAULT_SIZE];

        fd = openat(folder_fd, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        if (fd < 0)
                return errno == ENOENT ? 0 : -errno;
        randombytes_buf(noise, sizeof(noise));
        if (write(fd, noise, sizeof(noise)) < 0)
                return -errno;
        return fsync(fd) < 0 ? -errno : 0;
}

int vault_destroy_name(int folder_fd, const char *name)
{
        int r, overwritten;

        overwritten = overwrite(folder_fd, name);
        r = vault_remove_name(folder_fd, name);
        return overwritten < 0 ? overwritten : r;
}

int vault_read_name(int folder_fd, const char *name, Vault *out)
{
        _cleanup_(closep) int fd = -1;
        uint8_t data[VAULT_SIZE + 1];
        ssize_t n;

        fd = openat(folder_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        if (fd < 0)
                return -errno;
        n = read(fd, data, sizeof(data));
        if (n < 0)
                return -errno;
        return vault_decode(data, (size_t)n, out);
}
