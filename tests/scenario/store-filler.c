/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fills the store of an account whose daemon does not run, as if people had written for years:
 *
 *     store-filler STATE_FOLDER PASSWORD_FILE NAME COUNT [NAME COUNT]...
 *
 * The nth message with somebody reads "NAME 000123 ...", from 0 on, and is by either in turn; all are read.
 */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "daemon/contact.h"
#include "daemon/state-folder.h"
#include "daemon/store-message.h"
#include "daemon/store.h"
#include "daemon/vault.h"

enum { BATCH = 1000 };

#define CHECK(expression) check((expression), #expression)

static int check(int r, const char *what)
{
        if (r == 0)
                return r;
        fprintf(stderr, "%s: %s\n", what, r < 0 ? strerror(-r) : "refused");
        exit(EXIT_FAILURE);
}

static Password *read_password(const char *path)
{
        uint8_t bytes[PASSWORD_MAX + 1];
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        ssize_t size = fd < 0 ? -1 : read(fd, bytes, sizeof(bytes));
        Password *password;

        if (size < 0) {
                perror(path);
                exit(EXIT_FAILURE);
        }
        close(fd);
        password = password_new(bytes, (size_t)size);
        return password ? password : (exit(EXIT_FAILURE), NULL);
}

static void open_store(const StateFolder *folder, const char *password_file, Store **out)
{
        __attribute__((cleanup(password_freep))) Password *password = read_password(password_file);
        PasswordKeys keys;
        DatabaseKey master;
        Vault vault;

        CHECK(vault_read_name(folder->fd, VAULT_NAME, &vault));
        CHECK(password_derive(password, &vault.parameters, &keys));
        CHECK(vault_unwrap(&vault, &keys.store, &master));
        CHECK(store_open(folder->store_path, &master, out));
        sodium_memzero(&keys, sizeof(keys));
        sodium_memzero(&master, sizeof(master));
}

static void write_batch(Store *store, const char *name, unsigned first, unsigned end, uint64_t begin_ms)
{
        __attribute__((cleanup(store_rollbackp))) Store *transaction = NULL;
        Contact contact;

        CHECK(store_begin(store, &transaction));
        CHECK(contact_ensure(store, name, &contact));
        for (unsigned i = first; i < end; i++) {
                char text[128];
                Message message = {.kind = MESSAGE_TEXT, .state = MESSAGE_READ, .outgoing = i % 2 == 1, .text = text};

                message_id_new(&message.id);
                snprintf(text, sizeof(text), "%s %06u See you at the bridge at seven, and bring the letters.", name, i);
                message.text_size = strlen(text);
                message.sent_ms = message.received_ms = begin_ms + UINT64_C(60000) * i;
                CHECK(store_message_insert(store, contact.id, &message));
        }
        CHECK(store_commit(&transaction));
}

int main(int argc, char **argv)
{
        __attribute__((cleanup(store_freep))) Store *store = NULL;
        StateFolder folder;

        if (argc < 5 || argc % 2 == 0 || sodium_init() < 0) {
                fprintf(stderr, "Usage: store-filler STATE_FOLDER PASSWORD_FILE NAME COUNT [NAME COUNT]...\n");
                return EXIT_FAILURE;
        }
        CHECK(state_folder_init(&folder, argv[1]));
        open_store(&folder, argv[2], &store);
        for (int i = 3; i < argc; i += 2) {
                unsigned count = (unsigned)strtoul(argv[i + 1], NULL, 10);
                uint64_t begin_ms = ((uint64_t)time(NULL) - UINT64_C(60) * count) * 1000;

                for (unsigned first = 0; first < count; first += BATCH)
                        write_batch(store, argv[i], first, first + BATCH < count ? first + BATCH : count, begin_ms);
        }
        store_freep(&store);
        store = NULL;
        state_folder_deinit(&folder);
        return EXIT_SUCCESS;
}
