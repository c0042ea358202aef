/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/store-group.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "daemon/cleanup.h"
#include "daemon/clock.h"

static const char *const standing_names[] = {
                [GROUP_STANDING_INVITED] = "invited",
                [GROUP_STANDING_MEMBER] = "member",
                [GROUP_STANDING_LEAVING] = "leaving",
                [GROUP_STANDING_LEFT] = "left",
                [GROUP_STANDING_REMOVED] = "removed",
                [GROUP_STANDING_LOST] = "lost",
};

const char *group_standing_name(GroupStanding standing)
{
        return standing_names[standing];
}

static bool standing_from_name(const char *name, GroupStanding *out)
{
        for (unsigned i = 0; i < G_N_ELEMENTS(standing_names); i++) {
                if (strcmp(standing_names[i], name) != 0)
                        continue;
                *out = (GroupStanding)i;
                return true;
        }
        return false;
}

static int read_id(Statement *s, const char *column, uint8_t *out, size_t size)
{
        const uint8_t *data = NULL;
        size_t found = 0;
        int r;

        r = statement_column_blob(s, column, &data, &found);
        if (r < 0)
                return r;
        if (!data || found != size)
                return -EBADMSG;
        memcpy(out, data, size);
        return 0;
}

static int read_row(Statement *s, GroupRecord *out)
{
        const char *standing = NULL, *inviter = NULL;
        int64_t epoch = 0, behind = 0;
        int r;

        *out = (GroupRecord){0};
        statement_column_int64(s, "contact", &out->contact);
        statement_column_int64(s, "epoch", &epoch);
        statement_column_int64(s, "behind", &behind);
        statement_column_text(s, "standing", &standing);
        if (!statement_column_is_null(s, "inviter"))
                statement_column_text(s, "inviter", &inviter);
        if (!standing || !standing_from_name(standing, &out->standing))
                return -EBADMSG;
        out->epoch = (uint64_t)epoch;
        out->behind = behind != 0;
        if (inviter)
                g_strlcpy(out->inviter, inviter, sizeof(out->inviter));
        r = read_id(s, "group_id", out->id.bytes, sizeof(out->id.bytes));
        if (r < 0 || statement_column_is_null(s, "refused"))
                return r;
        out->has_refused = true;
        return read_id(s, "refused", out->refused.bytes, sizeof(out->refused.bytes));
}

static int read_one(Statement *s, GroupRecord *out)
{
        int r;

        r = statement_step(s);
        if (r <= 0)
                return r < 0 ? r : STORE_GROUP_NONE;
        return read_row(s, out);
}

int store_group_find(Store *store, const GroupId *id, GroupRecord *out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT contact, group_id, standing, inviter, epoch, behind, refused FROM group_session"
                              " WHERE group_id = :id");
        if (r < 0)
                return r;
        statement_bind_blob(s, ":id", id->bytes, sizeof(id->bytes));
        return read_one(s, out);
}

int store_group_get(Store *store, int64_t contact, GroupRecord *out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT contact, group_id, standing, inviter, epoch, behind, refused FROM group_session"
                              " WHERE contact = :contact");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":contact", contact);
        return read_one(s, out);
}

int store_group_first_behind(Store *store, GroupRecord *out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT contact, group_id, standing, inviter, epoch, behind, refused FROM group_session"
                              " WHERE behind = 1 LIMIT 1");
        if (r < 0)
                return r;
        return read_one(s, out);
}

int store_group_each(Store *store, int (*each)(void *userdata, const GroupRecord *record), void *userdata)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        GroupRecord record;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT contact, group_id, standing, inviter, epoch, behind, refused"
                              " FROM group_session JOIN contact ON contact.id = group_session.contact ORDER BY name");
        if (r < 0)
                return r;
        while ((r = statement_step(s)) > 0) {
                r = read_row(s, &record);
                if (r == 0)
                        r = each(userdata, &record);
                if (r != 0)
                        return r;
        }
        return r;
}

int store_group_count_invited(Store *store, uint32_t *out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int64_t count = 0;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT count(*) AS count FROM group_session WHERE standing = 'invited'");
        if (r < 0)
                return r;
        r = statement_step(s);
        if (r <= 0)
                return r < 0 ? r : -EBADMSG;
        r = statement_column_int64(s, "count", &count);
        *out = count > UINT32_MAX ? UINT32_MAX : (uint32_t)count;
        return r;
}

int store_group_update(Store *store, const GroupRecord *record)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "UPDATE group_session SET standing = :standing, inviter = :inviter, behind = :behind,"
                              "       refused = :refused WHERE contact = :contact");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":contact", record->contact);
        statement_bind_text(s, ":standing", standing_names[record->standing]);
        statement_bind_text(s, ":inviter", record->inviter[0] ? record->inviter : NULL);
        statement_bind_int64(s, ":behind", record->behind);
        statement_bind_blob(s, ":refused", record->has_refused ? record->refused.bytes : NULL,
                            record->has_refused ? sizeof(record->refused.bytes) : 0);
        return statement_run(s);
}

int store_group_insert(Store *store, const GroupRecord *record, const GroupSession *session)
{
        _cleanup_(mls_buffer_deinit) MlsBuffer tree = {0}, state = {0};
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = group_session_encode_tree(session, &tree);
        if (r == 0)
                r = group_session_encode_state(session, &state);
        if (r != 0)
                return r < 0 ? r : -EBADMSG;
        r = statement_prepare(store->database, &s,
                              "INSERT INTO group_session (contact, group_id, standing, inviter, epoch, tree, state)"
                              " VALUES (:contact, :id, :standing, :inviter, :epoch, :tree, :state)");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":contact", record->contact);
        statement_bind_blob(s, ":id", record->id.bytes, sizeof(record->id.bytes));
        statement_bind_text(s, ":standing", standing_names[record->standing]);
        statement_bind_text(s, ":inviter", record->inviter[0] ? record->inviter : NULL);
        statement_bind_int64(s, ":epoch", (int64_t)group_session_epoch(session));
        statement_bind_blob(s, ":tree", tree.data, tree.size);
        statement_bind_blob(s, ":state", state.data, state.size);
        return statement_run(s);
}

int store_group_load(Store *store, int64_t contact, GroupSession **out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        const E2eeContext context = clock_e2ee_context();
        MlsSlice tree = {0}, state = {0};
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT tree, state FROM group_session WHERE contact = :contact");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":contact", contact);
        r = statement_step(s);
        if (r <= 0)
                return r < 0 ? r : -EBADMSG;
        statement_column_blob(s, "tree", &tree.data, &tree.size);
        r = statement_column_blob(s, "state", &state.data, &state.size);
        if (r < 0)
                return r;
        r = group_session_decode(tree, state, &context, out);
        return r > 0 ? -EBADMSG : r;
}

static int save_state(Store *store, int64_t contact, const GroupSession *session)
{
        _cleanup_(mls_buffer_deinit) MlsBuffer state = {0};
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = group_session_encode_state(session, &state);
        if (r != 0)
                return r < 0 ? r : -EBADMSG;
        r = statement_prepare(store->database, &s,
                              "UPDATE group_session SET state = :state WHERE contact = :contact");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":contact", contact);
        statement_bind_blob(s, ":state", state.data, state.size);
        return statement_run(s);
}

static int save_tree(Store *store, int64_t contact, const GroupSession *session)
{
        _cleanup_(mls_buffer_deinit) MlsBuffer tree = {0};
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = group_session_encode_tree(session, &tree);
        if (r != 0)
                return r < 0 ? r : -EBADMSG;
        r = statement_prepare(store->database, &s,
                              "UPDATE group_session SET tree = :tree, epoch = :epoch WHERE contact = :contact");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":contact", contact);
        statement_bind_blob(s, ":tree", tree.data, tree.size);
        statement_bind_int64(s, ":epoch", (int64_t)group_session_epoch(session));
        return statement_run(s);
}

int store_group_save(Store *store, int64_t contact, const GroupSession *session, bool replace)
{
        GroupRecord record;
        int r;

        r = store_group_get(store, contact, &record);
        if (r != 0)
                return r < 0 ? r : -EBADMSG;
        if (replace || record.epoch != group_session_epoch(session)) {
                r = save_tree(store, contact, session);
                if (r < 0)
                        return r;
        }
        return save_state(store, contact, session);
}
