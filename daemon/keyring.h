/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/key-vault.h"

/*
 * The desktop's keyring (the Secret Service, by libsecret) keeps an unlock key for a state folder, where a person has
 * asked for it. Without libsecret, all of it fails with -EOPNOTSUPP.
 */
typedef struct Keyring Keyring;

/* folder: the state folder's path. -ENOMEM. */
int keyring_new(const char *folder, Keyring **out);
/* What is under way ends unheard. */
Keyring *keyring_free(Keyring *keyring);

enum { KEYRING_NONE = 1 }; /* it has no such key, or is locked */

/*
 * Called once, from the main loop. result: 0; KEYRING_NONE, of a lookup; or a negative errno: there is no keyring, or it
 * refuses. key: of a lookup, good until the return.
 */
typedef void (*KeyringDone)(void *userdata, int result, const UnlockKey *key);

/* One at a time: a new one ends what is under way, unheard. */
void keyring_store(Keyring *keyring, const UnlockKey *key, KeyringDone done, void *userdata);
void keyring_lookup(Keyring *keyring, KeyringDone done, void *userdata);
void keyring_forget(Keyring *keyring, KeyringDone done, void *userdata);
void keyring_cancel(Keyring *keyring);
