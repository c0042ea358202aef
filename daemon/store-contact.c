/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/store-contact.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "daemon/cleanup.h"

const PublicIdentity *contact_shown_identity(const Contact *contact)
{
        if (contact->key_changed)
                return &contact->new_identity;
        return contact->has_identity ? &contact->identity : NULL;
}

static const char *const relation_names[] = {
                [CONTACT_REQUEST] = "request",
                [CONTACT_ACCEPTED] = "accepted",
                [CONTACT_DECLINED] = "declined",
};

const char *contact_relation_name(const Contact *contact)
{
        return contact->blocked ? "blocked" : relation_names[contact->relation];
}

static int read_relation(Statement *s, Contact *out)
{
        int64_t since = 0, blocked = 0;
        const char *name = NULL;
        unsigned i = 0;

        statement_column_text(s, "relation", &name);
        statement_column_int64(s, "relation_since", &since);
        statement_column_int64(s, "blocked", &blocked);
        while (name && i < G_N_ELEMENTS(relation_names) && strcmp(relation_names[i], name) != 0)
                i++;
        if (!name || i == G_N_ELEMENTS(relation_names))
                return -EBADMSG;
        out->relation = (ContactRelation)i;
        out->relation_since_ms = (uint64_t)since;
        out->blocked = blocked != 0;
        return 0;
}

static const char *const choice_columns[PRIVACY_COUNT] = {
                [PRIVACY_READ_RECEIPTS] = "read_receipts",
                [PRIVACY_DELIVERY_RECEIPTS] = "delivery_receipts",
                [PRIVACY_PRESENCE] = "presence",
                [PRIVACY_TYPING] = "typing",
};

static int read_choices(Statement *s, Contact *out)
{
        for (unsigned i = 0; i < PRIVACY_COUNT; i++) {
                int64_t choice = 0;

                statement_column_int64(s, choice_columns[i], &choice);
                if (choice < CHOICE_DEFAULT || choice > CHOICE_YES)
                        return -EBADMSG;
                out->choices[i] = (ContactChoice)choice;
        }
        return 0;
}

static const char *const mark_columns[MARK_COUNT] = {
                [MARK_MUTED] = "muted",
                [MARK_PINNED] = "pinned",
                [MARK_UNREAD] = "marked_unread",
};

static void read_marks(Statement *s, Contact *out)
{
        for (unsigned i = 0; i < MARK_COUNT; i++) {
                int64_t mark = 0;

                statement_column_int64(s, mark_columns[i], &mark);
                out->marks[i] = mark != 0;
        }
}

static int read_identity(Statement *s, const char *column, bool *has_out, PublicIdentity *out)
{
        const uint8_t *data = NULL;
        size_t size = 0;
        int r;

        r = statement_column_blob(s, column, &data, &size);
        if (r < 0)
                return r;
        *has_out = data != NULL;
        if (data && public_identity_decode(data, size, out) != 0)
                return -EBADMSG;
        return 0;
}

static int read_row(Statement *s, Contact *out)
{
        const char *name = NULL, *safety_number = NULL;
        int64_t id = 0, created = 0, device_id = 0, last_reset = 0, is_group = 0, heard = 0;
        int r;

        r = statement_step(s);
        if (r <= 0)
                return r < 0 ? r : STORE_CONTACT_NONE;
        *out = (Contact){0};
        statement_column_int64(s, "id", &id);
        statement_column_int64(s, "created", &created);
        statement_column_int64(s, "device_id", &device_id);
        statement_column_int64(s, "last_reset", &last_reset);
        statement_column_int64(s, "is_group", &is_group);
        statement_column_int64(s, "heard", &heard);
        statement_column_text(s, "name", &name);
        statement_column_text(s, "safety_number", &safety_number);
        if (!name || strlen(name) > CONTACT_NAME_MAX || device_id < 0 || device_id > UINT32_MAX)
                return -EBADMSG;
        out->id = id;
        out->is_group = is_group != 0;
        out->created_ms = (uint64_t)created;
        out->device_id = (uint32_t)device_id;
        out->last_reset_ms = (uint64_t)last_reset;
        out->heard = heard != 0;
        g_strlcpy(out->name, name, sizeof(out->name));
        if (safety_number)
                g_strlcpy(out->safety_number, safety_number, sizeof(out->safety_number));
        r = read_relation(s, out);
        if (r < 0)
                return r;
        read_marks(s, out);
        r = read_choices(s, out);
        if (r < 0)
                return r;
        r = read_identity(s, "identity", &out->has_identity, &out->identity);
        if (r < 0)
                return r;
        return read_identity(s, "new_identity", &out->key_changed, &out->new_identity);
}

int store_contact_find(Store *store, const char *name, Contact *out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s, "SELECT * FROM contact WHERE name = :name");
        if (r < 0)
                return r;
        statement_bind_text(s, ":name", name);
        return read_row(s, out);
}

int store_contact_get(Store *store, int64_t id, Contact *out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s, "SELECT * FROM contact WHERE id = :id");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":id", id);
        return read_row(s, out);
}

static void bind_identity(Statement *s, const char *name, bool has, const PublicIdentity *identity)
{
        uint8_t encoded[PUBLIC_IDENTITY_SIZE];
        size_t size;

        if (!has) {
                statement_bind_null(s, name);
                return;
        }
        size = public_identity_encode(identity, encoded);
        statement_bind_blob(s, name, encoded, size);
}

int store_contact_update_marks(Store *store, const Contact *contact)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "UPDATE contact SET muted = :muted, pinned = :pinned, marked_unread = :marked_unread"
                              " WHERE id = :id");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":id", contact->id);
        statement_bind_int64(s, ":muted", contact->marks[MARK_MUTED]);
        statement_bind_int64(s, ":pinned", contact->marks[MARK_PINNED]);
        statement_bind_int64(s, ":marked_unread", contact->marks[MARK_UNREAD]);
        return statement_run(s);
}

int store_contact_set_heard(Store *store, int64_t id)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s, "UPDATE contact SET heard = 1 WHERE id = :id");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":id", id);
        return statement_run(s);
}

int store_contact_insert(Store *store, Contact *contact)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "INSERT INTO contact (name, created, relation, relation_since, is_group)"
                              " VALUES (:name, :created, :relation, :created, :is_group)");
        if (r < 0)
                return r;
        statement_bind_text(s, ":relation", relation_names[contact->relation]);
        statement_bind_text(s, ":name", contact->name);
        statement_bind_int64(s, ":created", (int64_t)contact->created_ms);
        statement_bind_int64(s, ":is_group", contact->is_group);
        r = statement_run(s);
        if (r < 0)
                return r;
        contact->id = database_last_insert_id(store->database);
        return 0;
}

int store_contact_update(Store *store, const Contact *contact)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "UPDATE contact SET identity = :identity, new_identity = :new_identity,"
                              "       safety_number = :safety_number, device_id = :device_id,"
                              "       last_reset = :last_reset WHERE id = :id");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":id", contact->id);
        bind_identity(s, ":identity", contact->has_identity, &contact->identity);
        bind_identity(s, ":new_identity", contact->key_changed, &contact->new_identity);
        statement_bind_text(s, ":safety_number", contact->safety_number[0] ? contact->safety_number : NULL);
        statement_bind_int64(s, ":device_id", contact->device_id);
        statement_bind_int64(s, ":last_reset", (int64_t)contact->last_reset_ms);
        return statement_run(s);
}

int store_contact_update_relation(Store *store, const Contact *contact)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "UPDATE contact SET relation = :relation, relation_since = :since,"
                              "       blocked = :blocked WHERE id = :id");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":id", contact->id);
        statement_bind_text(s, ":relation", relation_names[contact->relation]);
        statement_bind_int64(s, ":since", (int64_t)contact->relation_since_ms);
        statement_bind_int64(s, ":blocked", contact->blocked);
        return statement_run(s);
}

int store_contact_update_choices(Store *store, const Contact *contact)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "UPDATE contact SET read_receipts = :read_receipts, presence = :presence,"
                              "       delivery_receipts = :delivery_receipts, typing = :typing WHERE id = :id");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":id", contact->id);
        statement_bind_int64(s, ":read_receipts", contact->choices[PRIVACY_READ_RECEIPTS]);
        statement_bind_int64(s, ":delivery_receipts", contact->choices[PRIVACY_DELIVERY_RECEIPTS]);
        statement_bind_int64(s, ":presence", contact->choices[PRIVACY_PRESENCE]);
        statement_bind_int64(s, ":typing", contact->choices[PRIVACY_TYPING]);
        return statement_run(s);
}

int store_contact_rename(Store *store, int64_t id, const char *name)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s, "UPDATE contact SET name = :name WHERE id = :id");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":id", id);
        statement_bind_text(s, ":name", name);
        return statement_run(s);
}

int store_contact_last_message(Store *store, int64_t id, uint64_t *out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int64_t number = 0;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT coalesce(max(number), 0) AS number FROM message WHERE contact = :id");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":id", id);
        r = statement_step(s);
        if (r <= 0)
                return r < 0 ? r : -EBADMSG;
        r = statement_column_int64(s, "number", &number);
        *out = (uint64_t)number;
        return r;
}

int store_contact_is_gone(Store *store, int64_t id, bool *out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        const char *kind = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT kind FROM message WHERE contact = :id AND outgoing = 0"
                              " AND kind NOT IN ('verified', 'unverified', 'verification-mismatch')"
                              " ORDER BY number DESC LIMIT 1");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":id", id);
        r = statement_step(s);
        if (r > 0)
                statement_column_text(s, "kind", &kind);
        *out = kind && strcmp(kind, "account-deleted") == 0;
        return r < 0 ? r : 0;
}

int store_contact_each_name(Store *store, int (*each)(void *userdata, const char *name), void *userdata)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        const char *name = NULL;
        int r;

        r = statement_prepare(store->database, &s, "SELECT name FROM contact WHERE is_group = 0 ORDER BY name");
        if (r < 0)
                return r;
        while ((r = statement_step(s)) > 0) {
                r = statement_column_text(s, "name", &name);
                if (r == 0)
                        r = each(userdata, name);
                if (r != 0)
                        return r;
        }
        return r;
}
