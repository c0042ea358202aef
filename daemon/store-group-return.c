/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>

#include "daemon/cleanup.h"
#include "daemon/clock.h"
#include "daemon/store-group.h"

int store_group_return_set(Store *store, int64_t contact, const GroupSession *session)
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
                              "INSERT OR REPLACE INTO group_return (contact, tree, state)"
                              " VALUES (:contact, :tree, :state)");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":contact", contact);
        statement_bind_blob(s, ":tree", tree.data, tree.size);
        statement_bind_blob(s, ":state", state.data, state.size);
        return statement_run(s);
}

int store_group_return_load(Store *store, int64_t contact, GroupSession **out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        const E2eeContext context = clock_e2ee_context();
        MlsSlice tree = {0}, state = {0};
        int r;

        r = statement_prepare(store->database, &s, "SELECT tree, state FROM group_return WHERE contact = :contact");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":contact", contact);
        r = statement_step(s);
        if (r <= 0)
                return r < 0 ? r : STORE_GROUP_NONE;
        statement_column_blob(s, "tree", &tree.data, &tree.size);
        r = statement_column_blob(s, "state", &state.data, &state.size);
        if (r < 0)
                return r;
        r = group_session_decode(tree, state, &context, out);
        return r > 0 ? -EBADMSG : r;
}

int store_group_return_delete(Store *store, int64_t contact)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s, "DELETE FROM group_return WHERE contact = :contact");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":contact", contact);
        return statement_run(s);
}
