/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <glib.h>
#include <string.h>

#include "daemon/bus-error.h"
#include "daemon/bus-options.h"
#include "daemon/bus.h"
#include "daemon/cleanup.h"
#include "daemon/contact-members.h"
#include "daemon/contact-trust-bus.h"
#include "daemon/contact.h"
#include "daemon/log.h"

/* Contacts are looked up in the store when somebody asks for them: none costs memory while nobody does. */
int contact_bus_find(sd_bus *b, const char *path, const char *interface, void *userdata, void **found_out,
                     sd_bus_error *error)
{
        _cleanup_(freep) char *name = NULL;
        Bus *bus = userdata;
        Messenger *messenger = account_messenger(bus->account);
        int r;

        if (!messenger)
                return 0;
        r = sd_bus_path_decode(path, BUS_CONTACTS, &name);
        if (r <= 0)
                return r;
        r = store_contact_find(messenger->store, name, &bus->found);
        if (r != 0 || bus->found.is_group)
                return r < 0 ? r : 0;
        *found_out = bus;
        return 1;
}

static int add_path(void *userdata, const char *name)
{
        char *path = NULL;
        int r;

        r = sd_bus_path_encode(BUS_CONTACTS, name, &path);
        if (r < 0)
                return r;
        g_ptr_array_add(userdata, path);
        return 0;
}

/* The array and its strings are for free(), as sd-bus wants them. */
static int list_paths(Bus *bus, char ***out)
{
        g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(free);
        Messenger *messenger = account_messenger(bus->account);
        char **list;
        int r;

        if (messenger) {
                r = store_contact_each_name(messenger->store, add_path, paths);
                if (r < 0)
                        return r;
        }
        list = calloc(paths->len + 1, sizeof(*list));
        if (!list)
                return -ENOMEM;
        for (unsigned i = 0; i < paths->len; i++)
                list[i] = paths->pdata[i];
        g_ptr_array_set_free_func(paths, NULL);
        *out = list;
        return 0;
}

static int enumerate(sd_bus *b, const char *prefix, void *userdata, char ***nodes_out, sd_bus_error *error)
{
        return list_paths(userdata, nodes_out);
}

/* ---- Members ---- */

static int method_accept_key(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        char name[sizeof(((Bus *)userdata)->found.name)];
        Bus *bus = userdata;
        const void *data = NULL;
        SigningPublicKey key;
        Messenger *messenger;
        size_t size = 0;
        int r, locked;

        memcpy(name, bus->found.name, sizeof(name));
        r = sd_bus_message_read_array(m, 'y', &data, &size);
        if (r < 0)
                return r;
        r = bus_read_no_options(m);
        if (r != 0)
                return r < 0 ? r : bus_reply_error(m, r);
        messenger = bus_messenger(bus, &locked);
        if (!messenger)
                return bus_reply_error(m, locked);
        if (size != sizeof(key.bytes))
                return bus_reply_error(m, PROBLEM_KEY_CHANGED);
        memcpy(key.bytes, data, size);
        r = contact_accept_key(messenger->store, name, &key);
        if (r != 0)
                return bus_reply_error(m, r == CONTACT_OTHER_KEY ? (int)PROBLEM_KEY_CHANGED : r);
        outbox_pump(messenger->outbox);
        return sd_bus_reply_method_return(m, NULL);
}

static int get_name(sd_bus *b, const char *path, const char *interface, const char *property,
                    sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        Bus *bus = userdata;

        return sd_bus_message_append(reply, "s", bus->found.name);
}

static int get_identity_key(sd_bus *b, const char *path, const char *interface, const char *property,
                            sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        Bus *bus = userdata;
        const PublicIdentity *shown = contact_shown_identity(&bus->found);

        return sd_bus_message_append_array(reply, 'y', shown ? shown->signing_key.bytes : NULL,
                                           shown ? sizeof(shown->signing_key.bytes) : 0);
}

static int get_safety_number(sd_bus *b, const char *path, const char *interface, const char *property,
                             sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        Bus *bus = userdata;

        return sd_bus_message_append(reply, "s", bus->found.safety_number);
}

static int get_key_changed(sd_bus *b, const char *path, const char *interface, const char *property,
                           sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        Bus *bus = userdata;

        return sd_bus_message_append(reply, "b", (int)bus->found.key_changed);
}

static int get_account_deleted(sd_bus *b, const char *path, const char *interface, const char *property,
                               sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        Bus *bus = userdata;
        Messenger *messenger = account_messenger(bus->account);
        bool is_gone = false;
        int r;

        r = store_contact_is_gone(messenger->store, bus->found.id, &is_gone);
        return r < 0 ? r : sd_bus_message_append(reply, "b", (int)is_gone);
}

static int get_created(sd_bus *b, const char *path, const char *interface, const char *property,
                       sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        Bus *bus = userdata;

        return sd_bus_message_append(reply, "x", (int64_t)bus->found.created_ms);
}

static int get_last_message(sd_bus *b, const char *path, const char *interface, const char *property,
                            sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        Bus *bus = userdata;
        Messenger *messenger = account_messenger(bus->account);
        uint64_t number = 0;
        int r;

        r = store_contact_last_message(messenger->store, bus->found.id, &number);
        return r < 0 ? r : sd_bus_message_append(reply, "t", number);
}

#define CHANGES SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE
#define PRIVACY(name)                                                                     \
        SD_BUS_WRITABLE_PROPERTY(name, "s", contact_get_privacy, contact_set_privacy, 0, \
                                 CHANGES | SD_BUS_VTABLE_UNPRIVILEGED)

#define MARK(name)                                                                        \
        SD_BUS_WRITABLE_PROPERTY(name, "b", contact_get_mark, contact_set_mark, 0,       \
                                 CHANGES | SD_BUS_VTABLE_UNPRIVILEGED)

static const sd_bus_vtable vtable[] = {
                SD_BUS_VTABLE_START(0),
                SD_BUS_METHOD_WITH_NAMES("AcceptKey", "aya{sv}", SD_BUS_PARAM(key) SD_BUS_PARAM(options), "",
                                         , method_accept_key, SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_METHOD_WITH_NAMES("Accept", "a{sv}", SD_BUS_PARAM(options), "", , contact_method_accept,
                                         SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_METHOD_WITH_NAMES("Decline", "a{sv}", SD_BUS_PARAM(options), "",
                                         , contact_method_decline, SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_METHOD_WITH_NAMES("Block", "a{sv}", SD_BUS_PARAM(options), "", , contact_method_block,
                                         SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_METHOD_WITH_NAMES("Unblock", "a{sv}", SD_BUS_PARAM(options), "",
                                         , contact_method_unblock, SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_PROPERTY("Relation", "s", contact_get_relation, 0, CHANGES),
                SD_BUS_METHOD_WITH_NAMES("MarkVerified", "aya{sv}", SD_BUS_PARAM(key) SD_BUS_PARAM(options), "",
                                         , contact_method_mark_verified, SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_METHOD_WITH_NAMES("Unverify", "a{sv}", SD_BUS_PARAM(options), "",
                                         , contact_method_unverify, SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_METHOD_WITH_NAMES("GetSession", "a{sv}", SD_BUS_PARAM(options), "a{sv}",
                                         SD_BUS_PARAM(session), contact_method_get_session,
                                         SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_METHOD_WITH_NAMES("Renew", "a{sv}", SD_BUS_PARAM(options), "", , contact_method_renew,
                                         SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_PROPERTY("Verified", "b", contact_get_verified, 0, CHANGES),
                SD_BUS_PROPERTY("VerifiedTime", "x", contact_get_verified_time, 0, CHANGES),
                SD_BUS_PROPERTY("VerifiedHow", "s", contact_get_verified_how, 0, CHANGES),
                SD_BUS_METHOD_WITH_NAMES("SetTyping", "ba{sv}", SD_BUS_PARAM(active) SD_BUS_PARAM(options), "",
                                         , contact_method_set_typing, SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_PROPERTY("Online", "b", contact_get_online, 0, CHANGES),
                SD_BUS_PROPERTY("Typing", "b", contact_get_typing, 0, CHANGES),
                SD_BUS_PROPERTY("Unread", "u", contact_get_unread, 0, CHANGES),
                MARK("Muted"),
                MARK("Pinned"),
                MARK("MarkedUnread"),
                PRIVACY("SendReadReceipts"),
                PRIVACY("SendDeliveryReceipts"),
                PRIVACY("ShowPresence"),
                PRIVACY("SendTyping"),
                SD_BUS_METHOD_WITH_NAMES("SetTimer", "ua{sv}", SD_BUS_PARAM(seconds) SD_BUS_PARAM(options), "",
                                         , contact_method_set_timer, SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_PROPERTY("Timer", "u", contact_get_timer, 0, CHANGES),
                SD_BUS_PROPERTY("Name", "s", get_name, 0, SD_BUS_VTABLE_PROPERTY_CONST),
                SD_BUS_PROPERTY("IdentityKey", "ay", get_identity_key, 0, CHANGES),
                SD_BUS_PROPERTY("SafetyNumber", "s", get_safety_number, 0, CHANGES),
                SD_BUS_PROPERTY("KeyChanged", "b", get_key_changed, 0, CHANGES),
                SD_BUS_PROPERTY("AccountDeleted", "b", get_account_deleted, 0, CHANGES),
                SD_BUS_PROPERTY("Created", "x", get_created, 0, SD_BUS_VTABLE_PROPERTY_CONST),
                SD_BUS_PROPERTY("LastMessage", "t", get_last_message, 0, CHANGES),
                SD_BUS_VTABLE_END,
};

int contact_bus_add(Bus *bus)
{
        int r;

        r = sd_bus_add_fallback_vtable(bus->bus, NULL, BUS_CONTACTS, BUS_CONTACT, vtable,
                                       contact_bus_find, bus);
        if (r < 0)
                return r;
        return sd_bus_add_node_enumerator(bus->bus, NULL, BUS_CONTACTS, enumerate, bus);
}

/* ---- Signals ---- */

void contact_bus_announce(Bus *bus, const char *name)
{
        _cleanup_(freep) char *path = NULL;

        if (account_messenger(bus->account) && sd_bus_path_encode(BUS_CONTACTS, name, &path) >= 0)
                sd_bus_emit_properties_changed(bus->bus, path, BUS_CONTACT, "IdentityKey", "SafetyNumber",
                                               "KeyChanged", "LastMessage", "Relation", "Verified",
                                               "VerifiedTime", "VerifiedHow", "AccountDeleted", "SendReadReceipts",
                                               "SendDeliveryReceipts", "ShowPresence", "SendTyping", "Timer",
                                               "Online", "Typing", "Unread", "Muted", "Pinned", "MarkedUnread", NULL);
}

void contact_bus_added(Bus *bus, const char *name)
{
        _cleanup_(freep) char *path = NULL;

        if (sd_bus_path_encode(BUS_CONTACTS, name, &path) >= 0)
                sd_bus_emit_object_added(bus->bus, path);
}

static void for_all(Bus *bus, int (*emit)(sd_bus *bus, const char *path))
{
        char **paths = NULL;
        int r;

        r = list_paths(bus, &paths);
        if (r < 0) {
                log_error("bus", r, "cannot list the contacts");
                return;
        }
        for (char **path = paths; *path; path++) {
                emit(bus->bus, *path);
                free(*path);
        }
        free(paths);
}

void contact_bus_appear(Bus *bus)
{
        for_all(bus, sd_bus_emit_object_added);
}

void contact_bus_disappear(Bus *bus)
{
        for_all(bus, sd_bus_emit_object_removed);
}
