/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <glib.h>

#include "daemon/bus-error.h"
#include "daemon/bus-options.h"
#include "daemon/bus.h"
#include "daemon/directory-bus.h"
#include "daemon/fd-call.h"
#include "daemon/password-call.h"
#include "daemon/store-event.h"
#include "daemon/store-outbox.h"
#include "daemon/store-unread.h"

/* ---- Methods ---- */

static int method_sign_up(sd_bus_message *m, Bus *bus, bool login)
{
        const char *server = NULL, *user_name = NULL, *pin = NULL;
        int password = -1, invitation = -1, insecure_loopback = 0;
        const BusOption options[] = {
                        {"pin", SD_BUS_TYPE_STRING, &pin},
                        {"insecure-loopback", SD_BUS_TYPE_BOOLEAN, &insecure_loopback},
                        {login ? NULL : "invitation", SD_BUS_TYPE_UNIX_FD, &invitation},
                        {NULL},
        };
        int r;

        r = sd_bus_message_read(m, "ssh", &server, &user_name, &password);
        if (r < 0)
                return r;
        r = bus_read_options(m, options);
        if (r != 0)
                return r < 0 ? r : bus_reply_error(m, r);
        if (account_state(bus->account) != ACCOUNT_NONE)
                return bus_reply_error(m, PROBLEM_ALREADY_REGISTERED);
        return fd_call_sign_up(bus, m,
                               &(RegistrationRequest){
                                               .login = login,
                                               .server = server,
                                               .user_name = user_name,
                                               .pin = pin,
                                               .insecure_loopback = insecure_loopback != 0,
                               },
                               password, invitation);
}

static int method_register(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        return method_sign_up(m, userdata, false);
}

static int method_login(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        return method_sign_up(m, userdata, true);
}

static int method_unlock(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        Bus *bus = userdata;
        int r, password = -1, remember = 0;
        const BusOption options[] = {{"remember", SD_BUS_TYPE_BOOLEAN, &remember}, {NULL}};

        r = sd_bus_message_read(m, "h", &password);
        if (r < 0)
                return r;
        r = bus_read_options(m, options);
        if (r != 0)
                return r < 0 ? r : bus_reply_error(m, r);
        if (account_state(bus->account) == ACCOUNT_NONE)
                return bus_reply_error(m, PROBLEM_NO_ACCOUNT);
        return fd_call_unlock(bus, m, password, remember != 0);
}

static int method_unlock_by_keyring(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        return account_call(userdata, m, account_unlock_by_keyring);
}

static int method_forget_keyring(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        return account_call(userdata, m, account_forget_keyring);
}

static int method_change_password(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        int r, old = -1, new = -1;

        r = sd_bus_message_read(m, "hh", &old, &new);
        if (r < 0)
                return r;
        r = bus_read_no_options(m);
        if (r != 0)
                return r < 0 ? r : bus_reply_error(m, r);
        return password_call_change(userdata, m, old, new);
}

static int method_delete(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        int r, password = -1, local_only = 0;
        const BusOption options[] = {{"local-only", SD_BUS_TYPE_BOOLEAN, &local_only}, {NULL}};

        r = sd_bus_message_read(m, "h", &password);
        if (r < 0)
                return r;
        r = bus_read_options(m, options);
        if (r != 0)
                return r < 0 ? r : bus_reply_error(m, r);
        return password_call_delete(userdata, m, password,
                                    &(AccountDeletionRequest){.local_only = local_only != 0});
}

static int method_lock(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        Bus *bus = userdata;
        int r;

        r = bus_read_no_options(m);
        if (r < 0)
                return r;
        if (r == 0)
                r = account_lock(bus->account);
        return r == 0 ? sd_bus_reply_method_return(m, NULL) : bus_reply_error(m, r);
}

static int method_reconnect(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        Bus *bus = userdata;
        Messenger *messenger;
        int r, locked;

        r = bus_read_no_options(m);
        if (r != 0)
                return r < 0 ? r : bus_reply_error(m, r);
        messenger = bus_messenger(bus, &locked);
        if (!messenger)
                return bus_reply_error(m, locked);
        server_link_reconnect(messenger->link);
        return sd_bus_reply_method_return(m, NULL);
}

static int method_set_server(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        Bus *bus = userdata;
        const char *server = NULL, *pin = NULL;
        int r, locked, insecure_loopback = 0;
        const BusOption options[] = {
                        {"pin", SD_BUS_TYPE_STRING, &pin},
                        {"insecure-loopback", SD_BUS_TYPE_BOOLEAN, &insecure_loopback},
                        {NULL},
        };
        ServerAddress address;
        Messenger *messenger;

        r = sd_bus_message_read(m, "s", &server);
        if (r < 0)
                return r;
        r = bus_read_options(m, options);
        if (r != 0)
                return r < 0 ? r : bus_reply_error(m, r);
        messenger = bus_messenger(bus, &locked);
        if (!messenger)
                return bus_reply_error(m, locked);
        r = server_address_init(&address, server, pin, insecure_loopback != 0);
        if (r == 0)
                r = messenger_move(messenger, &address);
        if (r != 0) {
                server_address_deinit(&address);
                return bus_reply_error(m, r);
        }
        bus_mark_changed(bus, BUS_CHANGED_ACCOUNT);
        return sd_bus_reply_method_return(m, NULL);
}

/* ---- Properties ---- */

static int get_state(sd_bus *b, const char *path, const char *interface, const char *property,
                     sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        Bus *bus = userdata;

        return sd_bus_message_append(reply, "s", account_state_name(account_state(bus->account)));
}

static int get_connection(sd_bus *b, const char *path, const char *interface, const char *property,
                          sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        static const char *const names[] = {[LINK_OFFLINE] = "offline",
                                            [LINK_CONNECTING] = "connecting",
                                            [LINK_ONLINE] = "online"};
        Bus *bus = userdata;
        Messenger *messenger = account_messenger(bus->account);

        return sd_bus_message_append(reply, "s",
                                     names[messenger ? server_link_state(messenger->link) : LINK_OFFLINE]);
}

static Problem connection_error(Bus *bus)
{
        Messenger *messenger = account_messenger(bus->account);

        return messenger ? server_link_error(messenger->link) : PROBLEM_NONE;
}

static int get_connection_error(sd_bus *b, const char *path, const char *interface, const char *property,
                                sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        return sd_bus_message_append(reply, "s", problem_name(connection_error(userdata)));
}

static int get_connection_error_text(sd_bus *b, const char *path, const char *interface,
                                     const char *property, sd_bus_message *reply, void *userdata,
                                     sd_bus_error *error)
{
        return sd_bus_message_append(reply, "s", problem_sentence(connection_error(userdata)));
}

static int get_next_attempt(sd_bus *b, const char *path, const char *interface, const char *property,
                            sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        Bus *bus = userdata;
        Messenger *messenger = account_messenger(bus->account);

        return sd_bus_message_append(reply, "t",
                                     messenger ? server_link_next_attempt_ms(messenger->link) : 0);
}

static int get_user_name(sd_bus *b, const char *path, const char *interface, const char *property,
                         sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        Bus *bus = userdata;
        Messenger *messenger = account_messenger(bus->account);

        return sd_bus_message_append(reply, "s", messenger ? messenger->record.user_name : "");
}

static int get_server(sd_bus *b, const char *path, const char *interface, const char *property,
                      sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        Bus *bus = userdata;
        Messenger *messenger = account_messenger(bus->account);

        return sd_bus_message_append(reply, "s", messenger ? messenger->record.server.url : "");
}

static int get_server_pin(sd_bus *b, const char *path, const char *interface, const char *property,
                          sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        Bus *bus = userdata;
        Messenger *messenger = account_messenger(bus->account);
        char pin[CERTIFICATE_PIN_TEXT_SIZE] = "";

        if (messenger && messenger->record.server.has_pin)
                certificate_pin_format(&messenger->record.server.pin, pin);
        return sd_bus_message_append(reply, "s", pin);
}

static int get_device_id(sd_bus *b, const char *path, const char *interface, const char *property,
                         sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        Bus *bus = userdata;
        Messenger *messenger = account_messenger(bus->account);

        return sd_bus_message_append(reply, "u", messenger ? messenger->record.device_id : 0);
}

static int get_identity_key(sd_bus *b, const char *path, const char *interface, const char *property,
                            sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        Bus *bus = userdata;
        Messenger *messenger = account_messenger(bus->account);
        const SigningPublicKey *key;

        if (!messenger)
                return sd_bus_message_append_array(reply, 'y', NULL, 0);
        key = &messenger->keys->identity.public_identity.signing_key;
        return sd_bus_message_append_array(reply, 'y', key->bytes, sizeof(key->bytes));
}

static int get_queued_messages(sd_bus *b, const char *path, const char *interface, const char *property,
                               sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        Bus *bus = userdata;
        Messenger *messenger = account_messenger(bus->account);
        uint32_t count = 0;
        int r = 0;

        if (messenger)
                r = store_outbox_count_messages(messenger->store, &count);
        return r < 0 ? r : sd_bus_message_append(reply, "u", count);
}

static int get_attachment_max(sd_bus *b, const char *path, const char *interface, const char *property,
                              sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        Bus *bus = userdata;
        Messenger *messenger = account_messenger(bus->account);

        return sd_bus_message_append(reply, "t",
                                     messenger ? attachments_file_max(messenger->attachments) : (uint64_t)0);
}

static int get_unread_messages(sd_bus *b, const char *path, const char *interface, const char *property,
                               sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        Bus *bus = userdata;
        Messenger *messenger = account_messenger(bus->account);
        uint32_t count = 0;
        int r = 0;

        if (messenger)
                r = store_unread_total(messenger->store, &count);
        return r < 0 ? r : sd_bus_message_append(reply, "u", count);
}

static int get_last_event(sd_bus *b, const char *path, const char *interface, const char *property,
                          sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        Bus *bus = userdata;
        Messenger *messenger = account_messenger(bus->account);
        uint64_t number = 0;
        int r = 0;

        if (messenger)
                r = store_event_last(messenger->store, &number);
        return r < 0 ? r : sd_bus_message_append(reply, "t", number);
}

static int get_rejected_envelopes(sd_bus *b, const char *path, const char *interface, const char *property,
                                  sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        Bus *bus = userdata;
        Messenger *messenger = account_messenger(bus->account);
        uint64_t count = 0;
        int r = 0;

        if (messenger)
                r = store_account_rejected(messenger->store, &count);
        return r < 0 ? r : sd_bus_message_append(reply, "t", count);
}

static int get_password_unsettled(sd_bus *b, const char *path, const char *interface, const char *property,
                                  sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        Bus *bus = userdata;

        return sd_bus_message_append(reply, "b", (int)account_password_is_unsettled(bus->account));
}

static int get_remembered(sd_bus *b, const char *path, const char *interface, const char *property,
                          sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        Bus *bus = userdata;

        return sd_bus_message_append(reply, "b", (int)account_is_remembered(bus->account));
}

static int get_version(sd_bus *b, const char *path, const char *interface, const char *property,
                       sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        return sd_bus_message_append(reply, "s", PROJECT_VERSION);
}

/* ---- The table ---- */

#define CHANGES SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE

static const sd_bus_vtable vtable[] = {
                SD_BUS_VTABLE_START(0),
                SD_BUS_METHOD_WITH_NAMES("Register", "ssha{sv}",
                                         SD_BUS_PARAM(server) SD_BUS_PARAM(user_name) SD_BUS_PARAM(password)
                                                         SD_BUS_PARAM(options),
                                         "", , method_register,
                                         SD_BUS_VTABLE_UNPRIVILEGED | SD_BUS_VTABLE_SENSITIVE),
                SD_BUS_METHOD_WITH_NAMES("Login", "ssha{sv}",
                                         SD_BUS_PARAM(server) SD_BUS_PARAM(user_name) SD_BUS_PARAM(password)
                                                         SD_BUS_PARAM(options),
                                         "", , method_login,
                                         SD_BUS_VTABLE_UNPRIVILEGED | SD_BUS_VTABLE_SENSITIVE),
                SD_BUS_METHOD_WITH_NAMES("Unlock", "ha{sv}", SD_BUS_PARAM(password) SD_BUS_PARAM(options),
                                         "", , method_unlock,
                                         SD_BUS_VTABLE_UNPRIVILEGED | SD_BUS_VTABLE_SENSITIVE),
                SD_BUS_METHOD_WITH_NAMES("UnlockByKeyring", "a{sv}", SD_BUS_PARAM(options), "", ,
                                         method_unlock_by_keyring, SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_METHOD_WITH_NAMES("ForgetKeyring", "a{sv}", SD_BUS_PARAM(options), "", ,
                                         method_forget_keyring, SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_METHOD_WITH_NAMES("ChangePassword", "hha{sv}",
                                         SD_BUS_PARAM(old_password) SD_BUS_PARAM(new_password)
                                                         SD_BUS_PARAM(options),
                                         "", , method_change_password,
                                         SD_BUS_VTABLE_UNPRIVILEGED | SD_BUS_VTABLE_SENSITIVE),
                SD_BUS_METHOD_WITH_NAMES("FindUsers", "sa{sv}", SD_BUS_PARAM(beginning) SD_BUS_PARAM(options), "as",
                                         SD_BUS_PARAM(names), directory_bus_find, SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_METHOD_WITH_NAMES("Delete", "ha{sv}", SD_BUS_PARAM(password) SD_BUS_PARAM(options),
                                         "", , method_delete,
                                         SD_BUS_VTABLE_UNPRIVILEGED | SD_BUS_VTABLE_SENSITIVE),
                SD_BUS_METHOD_WITH_NAMES("Lock", "a{sv}", SD_BUS_PARAM(options), "", , method_lock,
                                         SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_METHOD_WITH_NAMES("Reconnect", "a{sv}", SD_BUS_PARAM(options), "", , method_reconnect,
                                         SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_METHOD_WITH_NAMES("SetServer", "sa{sv}", SD_BUS_PARAM(server) SD_BUS_PARAM(options), "", ,
                                         method_set_server, SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_PROPERTY("State", "s", get_state, 0, CHANGES),
                SD_BUS_PROPERTY("Connection", "s", get_connection, 0, CHANGES),
                SD_BUS_PROPERTY("ConnectionError", "s", get_connection_error, 0, CHANGES),
                SD_BUS_PROPERTY("ConnectionErrorText", "s", get_connection_error_text, 0, CHANGES),
                SD_BUS_PROPERTY("NextAttempt", "t", get_next_attempt, 0, CHANGES),
                SD_BUS_PROPERTY("AttachmentMax", "t", get_attachment_max, 0, CHANGES),
                SD_BUS_PROPERTY("UserName", "s", get_user_name, 0, CHANGES),
                SD_BUS_PROPERTY("Server", "s", get_server, 0, CHANGES),
                SD_BUS_PROPERTY("ServerPin", "s", get_server_pin, 0, CHANGES),
                SD_BUS_PROPERTY("DeviceID", "u", get_device_id, 0, CHANGES),
                SD_BUS_PROPERTY("IdentityKey", "ay", get_identity_key, 0, CHANGES),
                SD_BUS_PROPERTY("QueuedMessages", "u", get_queued_messages, 0, CHANGES),
                SD_BUS_PROPERTY("UnreadMessages", "u", get_unread_messages, 0, CHANGES),
                SD_BUS_PROPERTY("LastEvent", "t", get_last_event, 0, CHANGES),
                SD_BUS_PROPERTY("RejectedEnvelopes", "t", get_rejected_envelopes, 0, CHANGES),
                SD_BUS_PROPERTY("PasswordUnsettled", "b", get_password_unsettled, 0, CHANGES),
                SD_BUS_PROPERTY("Remembered", "b", get_remembered, 0, CHANGES),
                SD_BUS_PROPERTY("Version", "s", get_version, 0, SD_BUS_VTABLE_PROPERTY_CONST),
                SD_BUS_VTABLE_END,
};

int account_bus_add(Bus *bus)
{
        return sd_bus_add_object_vtable(bus->bus, NULL, BUS_ROOT, BUS_ACCOUNT, vtable, bus);
}

void account_bus_announce(Bus *bus, unsigned groups)
{
        static const struct {
                unsigned group;
                const char *names[9];
        } table[] = {
                        {BUS_CHANGED_ACCOUNT,
                         {"State", "UserName", "Server", "ServerPin", "DeviceID", "IdentityKey",
                          "PasswordUnsettled", "Remembered"}},
                        {BUS_CHANGED_LINK,
                         {"Connection", "ConnectionError", "ConnectionErrorText", "NextAttempt", "AttachmentMax"}},
                        {BUS_CHANGED_STORE, {"QueuedMessages", "UnreadMessages", "LastEvent", "RejectedEnvelopes"}},
        };
        g_autoptr(GPtrArray) names = g_ptr_array_new();

        for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
                for (const char *const *name = table[i].names; (groups & table[i].group) && *name; name++)
                        g_ptr_array_add(names, (gpointer)*name);
        if (names->len == 0)
                return;
        g_ptr_array_add(names, NULL);
        sd_bus_emit_properties_changed_strv(bus->bus, BUS_ROOT, BUS_ACCOUNT, (char **)names->pdata);
}
