/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The folder that holds everything of one account: $STATE_DIRECTORY/secure-messenger where the service
 * manager gave one, else $XDG_STATE_HOME/secure-messenger, else ~/.local/state/secure-messenger. Mode 0700;
 * one daemon at a time has it, by a lock that dies with the process.
 *
 *     lock         empty
 *     vault        how the password opens the store (daemon/vault.h); an account is here if and only if this is
 *     vault.new    the same while an account is being made
 *     vault.next   the same while a password is being changed (daemon/password-change.h)
 *     vault.keyring  how the desktop's keyring opens it, where somebody asked for that (daemon/key-vault.h)
 *     attempts     how often a wrong password was given (daemon/attempts.h)
 *     store.db     everything else (daemon/store.h), with SQLite's store.db-wal beside it
 */
#define STATE_FOLDER_ATTACHMENTS "attachments"

typedef struct StateFolder {
        char *path;
        char *store_path;
        int fd, lock_fd;
} StateFolder;

enum {
        STATE_FOLDER_IN_USE = 1, /* another daemon has it */
};

/* path NULL: from the environment. Returns 0, STATE_FOLDER_IN_USE, or a negative errno. */
int state_folder_init(StateFolder *folder, const char *path);
void state_folder_deinit(StateFolder *folder);

/* Removes what an account that was never finished left: all files but the vault and the lock. */
int state_folder_remove_store(StateFolder *folder);
