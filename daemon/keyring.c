/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/keyring.h"

#include <errno.h>
#include <libsecret/secret.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/log.h"

enum { KEY_TEXT_SIZE = 2 * UNLOCK_KEY_SIZE + 1 };

typedef enum Operation {
        OPERATION_STORE,
        OPERATION_LOOKUP,
        OPERATION_FORGET,
} Operation;

/* What is under way. libsecret may call back after it was cancelled: then there is no keyring any more. */
typedef struct Request {
        Keyring *keyring;
        Operation operation;
        GCancellable *cancellable;
        char *text; /* guarded: the key to store */
        KeyringDone done;
        void *userdata;
} Request;

struct Keyring {
        char *folder;
        GDBusConnection *connection; /* libsecret's, held, so that the loss of the bus does not end us silently */
        Request *request;
};

static const SecretSchema schema = {
                "org.securemessenger.UnlockKey",
                SECRET_SCHEMA_NONE,
                {{"folder", SECRET_SCHEMA_ATTRIBUTE_STRING}, {NULL, 0}},
};

int keyring_new(const char *folder, Keyring **out)
{
        Keyring *keyring = calloc(1, sizeof(*keyring));

        if (!keyring)
                return -ENOMEM;
        keyring->folder = g_strdup(folder);
        *out = keyring;
        return 0;
}

void keyring_cancel(Keyring *keyring)
{
        Request *request = g_steal_pointer(&keyring->request);

        if (!request)
                return;
        request->keyring = NULL;
        g_cancellable_cancel(request->cancellable);
}

Keyring *keyring_free(Keyring *keyring)
{
        if (!keyring)
                return NULL;
        keyring_cancel(keyring);
        g_clear_object(&keyring->connection);
        g_free(keyring->folder);
        free(keyring);
        return NULL;
}

static void request_free(Request *request)
{
        g_clear_object(&request->cancellable);
        sodium_free(request->text); /* wipes */
        g_free(request);
}

static void finish(Request *request, int result, const UnlockKey *key)
{
        if (request->keyring) {
                request->keyring->request = NULL;
                request->done(request->userdata, result, key);
        }
        request_free(request);
}

static void fail(Request *request, const GError *error)
{
        if (request->keyring) /* libsecret's words name no secret */
                log_warning("account", 0, "the keyring: %s", error->message);
        finish(request, -EIO, NULL);
}

static void on_stored(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(GError) error = NULL;

        if (secret_password_store_finish(result, &error))
                finish(userdata, 0, NULL);
        else
                fail(userdata, error);
}

static void on_cleared(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(GError) error = NULL;

        secret_password_clear_finish(result, &error);
        if (!error)
                finish(userdata, 0, NULL);
        else
                fail(userdata, error);
}

static int decode(const SecretValue *value, UnlockKey *out)
{
        const char *text = value ? secret_value_get_text((SecretValue *)value) : NULL;
        size_t size = 0;

        if (!text || sodium_hex2bin(out->bytes, sizeof(out->bytes), text, strlen(text), NULL, &size, NULL) < 0 ||
            size != sizeof(out->bytes))
                return KEYRING_NONE;
        return 0;
}

/* Not by secret_password_lookup(): that would ask a person to unlock the keyring, where nobody has asked for us. */
static void on_found(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(GError) error = NULL;
        g_autolist(GObject) items = secret_password_search_finish(result, &error);
        UnlockKey key;
        int r = KEYRING_NONE;

        if (error) {
                fail(userdata, error);
                return;
        }
        for (GList *l = items; l && r != 0; l = l->next) {
                SecretValue *value = secret_item_get_secret(l->data);

                r = decode(value, &key);
                g_clear_pointer(&value, secret_value_unref);
        }
        finish(userdata, r, &key);
        sodium_memzero(&key, sizeof(key));
}

static void start(Request *request)
{
        const char *folder = request->keyring->folder;

        switch (request->operation) {
        case OPERATION_STORE:
                secret_password_store(&schema, SECRET_COLLECTION_DEFAULT, "Secure Messenger", request->text,
                                      request->cancellable, on_stored, request, "folder", folder, NULL);
                break;
        case OPERATION_LOOKUP:
                secret_password_search(&schema, SECRET_SEARCH_LOAD_SECRETS, request->cancellable, on_found,
                                       request, "folder", folder, NULL);
                break;
        case OPERATION_FORGET:
                secret_password_clear(&schema, request->cancellable, on_cleared, request, "folder", folder,
                                      NULL);
                break;
        }
}

static void on_connected(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(GDBusConnection) connection = g_bus_get_finish(result, &error);
        Request *request = userdata;

        if (!connection || !request->keyring) {
                if (connection)
                        request_free(request);
                else
                        fail(request, error);
                return;
        }
        g_dbus_connection_set_exit_on_close(connection, FALSE);
        g_set_object(&request->keyring->connection, connection);
        start(request);
}

static void begin(Keyring *keyring, Operation operation, char *text, KeyringDone done, void *userdata)
{
        Request *request = g_new0(Request, 1);

        keyring_cancel(keyring);
        keyring->request = request;
        *request = (Request){.keyring = keyring,
                             .operation = operation,
                             .cancellable = g_cancellable_new(),
                             .text = text,
                             .done = done,
                             .userdata = userdata};
        g_bus_get(G_BUS_TYPE_SESSION, request->cancellable, on_connected, request);
}

void keyring_store(Keyring *keyring, const UnlockKey *key, KeyringDone done, void *userdata)
{
        char *text = sodium_malloc(KEY_TEXT_SIZE);

        if (!text)
                g_error("out of memory"); /* as g_malloc() does */
        sodium_bin2hex(text, KEY_TEXT_SIZE, key->bytes, sizeof(key->bytes));
        begin(keyring, OPERATION_STORE, text, done, userdata);
}

void keyring_lookup(Keyring *keyring, KeyringDone done, void *userdata)
{
        begin(keyring, OPERATION_LOOKUP, NULL, done, userdata);
}

void keyring_forget(Keyring *keyring, KeyringDone done, void *userdata)
{
        begin(keyring, OPERATION_FORGET, NULL, done, userdata);
}
