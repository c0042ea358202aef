/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "bench/relay-session.h"

static void file_closep(FILE **file)
{
        if (*file)
                fclose(*file);
}

static int accounts_grow(Accounts *accounts)
{
        Account *grown;

        /* In powers of two. */
        if (accounts->count & (accounts->count - 1))
                return 0;
        grown = realloc(accounts->list, (accounts->count ? accounts->count * 2 : 1) * sizeof(Account));
        if (!grown)
                return -ENOMEM;
        accounts->list = grown;
        return 0;
}

static int account_parse(Account *account, const char *line)
{
        uint8_t seed[crypto_sign_SEEDBYTES], public_key[crypto_sign_PUBLICKEYBYTES];
        size_t name = strcspn(line, " "), size;
        char *end;

        *account = (Account){0};
        if (name == 0 || name > WIRE_USER_NAME_MAX)
                return -EINVAL;
        memcpy(account->user_name, line, name);
        account->device_id = (uint32_t)strtoul(line + name, &end, 10);
        end += strspn(end, " ");
        if (sodium_hex2bin(seed, sizeof(seed), end, strcspn(end, "\n"), NULL, &size, NULL) < 0 ||
            size != sizeof(seed))
                return -EINVAL;
        return crypto_sign_seed_keypair(public_key, account->key.bytes, seed) < 0 ? -EINVAL : 0;
}

int accounts_load(Accounts *accounts, const char *path)
{
        __attribute__((cleanup(file_closep))) FILE *file = fopen(path, "re");
        char line[256];
        int r;

        *accounts = (Accounts){0};
        if (!file)
                return -errno;
        while (fgets(line, sizeof(line), file)) {
                r = accounts_grow(accounts);
                if (r >= 0)
                        r = account_parse(&accounts->list[accounts->count], line);
                if (r < 0)
                        return r;
                accounts->count++;
        }
        return 0;
}

int accounts_save(const Accounts *accounts, const char *path)
{
        FILE *file = fopen(path, "we");

        if (!file)
                return -errno;
        for (size_t i = 0; i < accounts->count; i++) {
                const Account *account = &accounts->list[i];
                char hex[2 * crypto_sign_SEEDBYTES + 1];

                sodium_bin2hex(hex, sizeof(hex), account->key.bytes, crypto_sign_SEEDBYTES);
                fprintf(file, "%s %u %s\n", account->user_name, account->device_id, hex);
        }
        return fclose(file) < 0 ? -errno : 0;
}

int accounts_make(Accounts *accounts, size_t count)
{
        DeviceAuthPublicKey public_key;

        *accounts = (Accounts){.list = calloc(count, sizeof(Account)), .count = count};
        if (!accounts->list)
                return -ENOMEM;
        for (size_t i = 0; i < count; i++) {
                snprintf(accounts->list[i].user_name, sizeof(accounts->list[i].user_name), "load-%06zu", i);
                device_auth_generate(&public_key, &accounts->list[i].key);
        }
        return 0;
}

void accounts_deinit(Accounts *accounts)
{
        free(accounts->list);
        *accounts = (Accounts){0};
}
