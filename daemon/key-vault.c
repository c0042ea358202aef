/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/key-vault.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>

#include "daemon/cleanup.h"

static const char MAGIC[] = "SMVKEYR1";

enum { HEADER_SIZE = 8 + 24 };

int key_vault_write(int folder_fd, const UnlockKey *key, const DatabaseKey *master)
{
        _cleanup_(closep) int fd = -1;
        uint8_t data[KEY_VAULT_SIZE];
        ssize_t n;

        memcpy(data, MAGIC, 8);
        randombytes_buf(data + 8, 24);
        crypto_aead_xchacha20poly1305_ietf_encrypt(data + HEADER_SIZE, NULL, master->bytes, sizeof(master->bytes),
                                                   data, HEADER_SIZE, NULL, data + 8, key->bytes);
        fd = openat(folder_fd, KEY_VAULT_NAME, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0)
                return -errno;
        n = write(fd, data, sizeof(data));
        if (n < 0)
                return -errno;
        if (n != sizeof(data))
                return -ENOSPC;
        if (fsync(fd) < 0)
                return -errno;
        return fsync(folder_fd) < 0 ? -errno : 0;
}

int key_vault_open(int folder_fd, const UnlockKey *key, DatabaseKey *master_out)
{
        _cleanup_(closep) int fd = -1;
        uint8_t data[KEY_VAULT_SIZE + 1];
        ssize_t n;

        fd = openat(folder_fd, KEY_VAULT_NAME, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        if (fd < 0)
                return -errno;
        n = read(fd, data, sizeof(data));
        if (n < 0)
                return -errno;
        if (n != KEY_VAULT_SIZE || memcmp(data, MAGIC, 8) != 0)
                return KEY_VAULT_MALFORMED;
        if (crypto_aead_xchacha20poly1305_ietf_decrypt(master_out->bytes, NULL, NULL, data + HEADER_SIZE,
                                                       KEY_VAULT_SIZE - HEADER_SIZE, data, HEADER_SIZE, data + 8,
                                                       key->bytes) < 0)
                return KEY_VAULT_WRONG_KEY;
        return 0;
}

bool key_vault_is_there(int folder_fd)
{
        return faccessat(folder_fd, KEY_VAULT_NAME, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}
