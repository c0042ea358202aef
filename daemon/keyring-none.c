/* SPDX-License-Identifier: GPL-3.0-or-later */
/* In place of keyring.c, where there is no libsecret. */
#include <errno.h>
#include <glib.h>
#include <stdlib.h>

#include "daemon/keyring.h"

struct Keyring {
        guint answer;
        KeyringDone done;
        void *userdata;
};

int keyring_new(const char *folder, Keyring **out)
{
        *out = calloc(1, sizeof(**out));
        return *out ? 0 : -ENOMEM;
}

void keyring_cancel(Keyring *keyring)
{
        if (keyring->answer)
                g_source_remove(keyring->answer);
        keyring->answer = 0;
}

Keyring *keyring_free(Keyring *keyring)
{
        if (!keyring)
                return NULL;
        keyring_cancel(keyring);
        free(keyring);
        return NULL;
}

static gboolean on_answer(gpointer userdata)
{
        Keyring *keyring = userdata;

        keyring->answer = 0;
        keyring->done(keyring->userdata, -EOPNOTSUPP, NULL);
        return G_SOURCE_REMOVE;
}

static void refuse(Keyring *keyring, KeyringDone done, void *userdata)
{
        keyring_cancel(keyring);
        keyring->done = done;
        keyring->userdata = userdata;
        keyring->answer = g_idle_add(on_answer, keyring);
}

void keyring_store(Keyring *keyring, const UnlockKey *key, KeyringDone done, void *userdata)
{
        refuse(keyring, done, userdata);
}

void keyring_lookup(Keyring *keyring, KeyringDone done, void *userdata)
{
        refuse(keyring, done, userdata);
}

void keyring_forget(Keyring *keyring, KeyringDone done, void *userdata)
{
        refuse(keyring, done, userdata);
}
