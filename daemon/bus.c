/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/bus.h"

#include <errno.h>

#include "daemon/bus-source.h"
#include "daemon/fd-call.h"
#include "daemon/log.h"
#include "daemon/notifier.h"
#include "daemon/recipient.h"
#include "daemon/password-call.h"
#include "daemon/store-event.h"

/* ---- What the account tells ---- */

static gboolean on_announce(gpointer userdata)
{
        Bus *bus = userdata;
        unsigned groups = bus->changed;
        GHashTableIter iterator;
        gpointer name;

        bus->announce = 0;
        bus->changed = 0;
        account_bus_announce(bus, groups);
        g_hash_table_iter_init(&iterator, bus->changed_contacts);
        while (g_hash_table_iter_next(&iterator, &name, NULL))
                recipient_is_group(name) ? groups_bus_announce(bus, name) : contact_bus_announce(bus, name);
        g_hash_table_remove_all(bus->changed_contacts);
        return G_SOURCE_REMOVE;
}

void bus_mark_changed(Bus *bus, unsigned groups)
{
        bus->changed |= groups;
        if (!bus->announce)
                bus->announce = g_idle_add_full(G_PRIORITY_DEFAULT, on_announce, bus, NULL);
}

void bus_mark_contact_changed(Bus *bus, const char *name)
{
        g_hash_table_add(bus->changed_contacts, g_strdup(name));
        bus_mark_changed(bus, 0);
}

static void on_locking(void *userdata)
{
        Bus *bus = userdata;

        send_waits_end_all(bus->waits);
        export_bus_end_all(bus);
        attachments_bus_end_saves(bus);
        notifier_clear(bus->notifier, NULL); /* what was said is not on the screen of a locked account */
        group_calls_end_all(bus, PROBLEM_LOCKED);
        contact_bus_disappear(bus);
        groups_bus_disappear(bus);
        g_hash_table_remove_all(bus->changed_contacts);
}

static void on_state_changed(void *userdata)
{
        Bus *bus = userdata;
        Messenger *messenger = account_messenger(bus->account);
        int r;

        if (messenger) {
                r = store_event_last(messenger->store, &bus->announced);
                if (r < 0)
                        log_error("store", r, "cannot read the number of the last event");
                contact_bus_appear(bus);
                groups_bus_appear(bus);
        }
        settings_bus_announce_all(bus);
        bus_mark_changed(bus, BUS_CHANGED_ACCOUNT | BUS_CHANGED_LINK | BUS_CHANGED_STORE);
}

static void on_link_changed(void *userdata)
{
        Bus *bus = userdata;

        send_waits_check_all(bus->waits);
        bus_mark_changed(bus, BUS_CHANGED_LINK);
}

static void on_committed(void *userdata)
{
        Bus *bus = userdata;

        events_bus_announce(bus);
        bus_mark_changed(bus, BUS_CHANGED_STORE);
}

static void on_password_settled(void *userdata)
{
        bus_mark_changed(userdata, BUS_CHANGED_ACCOUNT);
}

static void on_setting_changed(void *userdata, SettingId id)
{
        Bus *bus = userdata;

        if (id == SETTING_NOTIFICATIONS || id == SETTING_NOTIFICATION_CONTENT)
                notifier_clear(bus->notifier, NULL); /* what is shown follows, too */
        settings_bus_announce(bus, id);
}

static void on_attachment_progress(void *userdata, const AttachmentProgress *progress)
{
        attachments_bus_announce(userdata, progress);
}

static void on_contact_changed(void *userdata, const char *contact)
{
        bus_mark_contact_changed(userdata, contact);
}

static const AccountHandler account_handler = {
                .locking = on_locking,
                .state_changed = on_state_changed,
                .link_changed = on_link_changed,
                .committed = on_committed,
                .password_settled = on_password_settled,
                .setting_changed = on_setting_changed,
                .contact_changed = on_contact_changed,
                .attachment_progress = on_attachment_progress,
};

/* ---- The connection ---- */

int bus_init(Bus *bus, Account *account, void (*lost)(void *userdata, int error), void *userdata)
{
        int r;

        *bus = (Bus){.account = account};
        bus->changed_contacts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        r = sd_bus_open_user_with_description(&bus->bus, "smd");
        if (r < 0)
                return r;
        r = bus_calls_new(bus->bus, &bus->calls);
        if (r < 0)
                return r;
        bus->waits = send_waits_new(bus);
        if (!bus->waits)
                return -ENOMEM;
        r = sd_bus_add_object_manager(bus->bus, NULL, BUS_ROOT);
        if (r < 0)
                return r;
        r = account_bus_add(bus);
        if (r < 0)
                return r;
        r = messages_bus_add(bus);
        if (r < 0)
                return r;
        r = events_bus_add(bus);
        if (r < 0)
                return r;
        r = contact_bus_add(bus);
        if (r < 0)
                return r;
        r = verification_bus_add(bus);
        if (r < 0)
                return r;
        r = groups_bus_add(bus);
        if (r < 0)
                return r;
        r = settings_bus_add(bus);
        if (r < 0)
                return r;
        r = notifier_new(bus, &bus->notifier);
        if (r < 0)
                return r;
        bus->source = bus_source_new(bus->bus, lost, userdata);
        account_add_handler(account, &account_handler, bus);
        return 0;
}

void bus_deinit(Bus *bus)
{
        if (bus->account)
                account_remove_handler(bus->account, bus);
        if (bus->announce)
                g_source_remove(bus->announce);
        fd_call_free_all(bus);
        password_call_free_all(bus);
        group_calls_end_all(bus, PROBLEM_LOCKED);
        export_bus_end_all(bus);
        attachments_bus_end_saves(bus);
        bus->notifier = notifier_free(bus->notifier);
        bus->waits = send_waits_free(bus->waits);
        bus->calls = bus_calls_free(bus->calls);
        g_clear_pointer(&bus->changed_contacts, g_hash_table_unref);
        bus->source = bus_source_free(bus->source);
        bus->bus = sd_bus_flush_close_unref(bus->bus);
}

int bus_take_name(Bus *bus)
{
        int r;

        r = sd_bus_request_name(bus->bus, BUS_NAME, 0);
        if (r == -EEXIST || r == -EALREADY)
                return BUS_NAME_IN_USE;
        return r < 0 ? r : 0;
}

Messenger *bus_messenger(Bus *bus, int *result_out)
{
        *result_out = account_state(bus->account) == ACCOUNT_NONE ? PROBLEM_NO_ACCOUNT : PROBLEM_LOCKED;
        return account_messenger(bus->account);
}
