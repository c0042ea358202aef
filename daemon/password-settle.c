/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/password-settle.h"

#include <errno.h>
#include <glib.h>
#include <sodium.h>

#include "daemon/connection.h"
#include "daemon/log.h"

struct PasswordSettle {
        Gate *gate;
        const AccountRecord *record;
        Connection *connection;
        PasswordSettleDone done;
        void *userdata;
};

PasswordSettle *password_settle_free(PasswordSettle *settle)
{
        if (!settle)
                return NULL;
        connection_free(settle->connection);
        free(settle);
        return NULL;
}

static bool is_salt_of(const Wire__PasswordParameters *wire, const Vault *vault)
{
        return wire->salt.len == sizeof(vault->parameters.salt) &&
               sodium_memcmp(wire->salt.data, vault->parameters.salt, wire->salt.len) == 0;
}

static bool settle_by(Gate *gate, const Wire__PasswordParameters *wire)
{
        bool is_next = is_salt_of(wire, &gate->next);
        int r;

        if (is_next)
                log_info("account", "the server has the new password: it alone opens the store from here on");
        else if (is_salt_of(wire, &gate->vault))
                log_info("account", "the server has the old password: the change did not come about");
        else
                log_warning("account", 0, "the server has neither password: here, the old one stays");
        r = gate_settle(gate, is_next);
        if (r < 0)
                log_error("account", r, "cannot settle the change of the password");
        return r >= 0;
}

static bool on_salt(void *userdata, const Wire__ServerFrame *frame)
{
        PasswordSettle *settle = userdata;

        settle->done(settle->userdata, frame->body_case == WIRE__SERVER_FRAME__BODY_SALT &&
                                                       settle_by(settle->gate, frame->salt->password));
        return true;
}

static void on_welcomed(void *userdata)
{
        PasswordSettle *settle = userdata;
        Wire__ClientFrame frame = WIRE__CLIENT_FRAME__INIT;
        Wire__SaltQuery query = WIRE__SALT_QUERY__INIT;

        query.user_name = (char *)settle->record->user_name;
        frame.body_case = WIRE__CLIENT_FRAME__BODY_SALT_QUERY;
        frame.salt_query = &query;
        if (connection_send(settle->connection, &frame, on_salt, settle) < 0)
                settle->done(settle->userdata, false);
}

static void on_frame(void *userdata, Wire__ServerFrame **frame)
{
}

static void on_ended(void *userdata, const ConnectionEnd *end)
{
        PasswordSettle *settle = userdata;

        settle->done(settle->userdata, false);
}

static const ConnectionHandler connection_handler = {
                .welcomed = on_welcomed,
                .frame = on_frame,
                .ended = on_ended,
};

int password_settle_new(Gate *gate, const AccountRecord *record, PasswordSettleDone done, void *userdata,
                        PasswordSettle **out)
{
        PasswordSettle *settle = calloc(1, sizeof(*settle));

        if (!settle)
                return -ENOMEM;
        *settle = (PasswordSettle){.gate = gate, .record = record, .done = done, .userdata = userdata};
        settle->connection = connection_new(&record->server, &connection_handler, settle);
        if (!settle->connection) {
                password_settle_free(settle);
                return -ENOMEM;
        }
        *out = settle;
        return 0;
}
