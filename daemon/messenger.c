/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/messenger.h"

#include <errno.h>
#include <glib.h>
#include <malloc.h>

#include "daemon/cleanup.h"
#include "daemon/log.h"
#include "daemon/receipts.h"

static void on_link_changed(void *userdata)
{
        Messenger *messenger = userdata;

        inbox_link_changed(messenger->inbox);
        prekey_upkeep_link_changed(messenger->upkeep);
        key_package_upkeep_link_changed(messenger->key_packages);
        outbox_link_changed(messenger->outbox);
        group_operations_link_changed(messenger->groups);
        attachments_link_changed(messenger->attachments);
        typing_link_changed(messenger->typing);
        presence_link_changed(messenger->presence);
        directory_link_changed(messenger->directory);
        messenger->handler->link_changed(messenger->userdata);
}

static void on_online(void *userdata, const uint32_t *prekeys_left)
{
        Messenger *messenger = userdata;

        prekey_upkeep_run(messenger->upkeep, prekeys_left);
        key_package_upkeep_run(messenger->key_packages, NULL);
}

static void on_frame(void *userdata, Wire__ServerFrame **frame)
{
        Messenger *messenger = userdata;

        if ((*frame)->body_case == WIRE__SERVER_FRAME__BODY_DELIVER)
                inbox_deliver(messenger->inbox, frame);
        else if ((*frame)->body_case == WIRE__SERVER_FRAME__BODY_PREKEY_COUNT)
                prekey_upkeep_run(messenger->upkeep, &(*frame)->prekey_count->one_time_prekeys_left);
        else if ((*frame)->body_case == WIRE__SERVER_FRAME__BODY_KEY_PACKAGE_COUNT)
                key_package_upkeep_run(messenger->key_packages, &(*frame)->key_package_count->left);
        else if ((*frame)->body_case == WIRE__SERVER_FRAME__BODY_PRESENCE_CHANGED)
                presence_changed(messenger->presence, (*frame)->presence_changed);
}

static const LinkHandler link_handler = {
                .changed = on_link_changed,
                .online = on_online,
                .frame = on_frame,
};

/* What has become due by whatever was committed: told once the caller is through, and once for all of it. */
static gboolean on_follow_up(gpointer userdata)
{
        Messenger *messenger = userdata;
        int r;

        messenger->follow_up = 0;
        r = receipts_send(messenger->store, &messenger->self, &messenger->settings);
        if (r < 0)
                log_error("receipts", r, "cannot queue what there is to tell");
        presence_run(messenger->presence);
        outbox_pump(messenger->outbox);
        return G_SOURCE_REMOVE;
}

static void on_committed(void *userdata)
{
        Messenger *messenger = userdata;

        purge_committed(messenger->purge);
        attachments_committed(messenger->attachments);
        expiry_committed(messenger->expiry);
        if (!messenger->follow_up)
                messenger->follow_up = g_idle_add_full(G_PRIORITY_DEFAULT_IDLE, on_follow_up, messenger, NULL);
        messenger->handler->committed(messenger->userdata);
}

static void on_setting_changed(void *userdata, SettingId id)
{
        Messenger *messenger = userdata;

        messenger->handler->setting_changed(messenger->userdata, id);
}

static void on_received(void *userdata)
{
        Messenger *messenger = userdata;

        messenger_pump(messenger);
}

static void on_expired(void *userdata)
{
        Messenger *messenger = userdata;

        outbox_pump(messenger->outbox);
}

static void on_attachment_progress(void *userdata, const AttachmentProgress *progress)
{
        Messenger *messenger = userdata;

        messenger->handler->attachment_progress(messenger->userdata, progress);
}

static const AttachmentsHandler attachments_handler = {
                .progress = on_attachment_progress,
};

static void on_contact_changed(void *userdata, const char *contact)
{
        Messenger *messenger = userdata;

        messenger->handler->contact_changed(messenger->userdata, contact);
}

/* What is told and heard for the moment only. */
static bool add_moments(Messenger *messenger, Store *store)
{
        const PresenceWith presence = {store, &messenger->self, &messenger->settings, messenger->link,
                                       on_contact_changed, messenger};
        const TypingWith typing = {store, &messenger->self, &messenger->settings, messenger->link,
                                   on_contact_changed, messenger};

        messenger->presence = presence_new(&presence);
        messenger->typing = typing_new(&typing);
        messenger->directory = directory_new(messenger->link);
        return messenger->presence && messenger->typing && messenger->directory;
}

static int add_attachments(Messenger *messenger, Store *store, int state_folder)
{
        const AttachmentsWith with = {
                        .store = store,
                        .self = &messenger->self,
                        .link = messenger->link,
                        .outbox = messenger->outbox,
                        .settings = &messenger->settings,
                        .state_folder = state_folder,
        };

        return attachments_new(&with, &attachments_handler, messenger, &messenger->attachments);
}

int messenger_new(Store *store, int state_folder, const MessengerHandler *handler, void *userdata,
                  Messenger **out)
{
        _cleanup_(messenger_freep) Messenger *messenger = NULL;
        int r;

        messenger = calloc(1, sizeof(*messenger));
        if (!messenger)
                return -ENOMEM;
        messenger->handler = handler;
        messenger->userdata = userdata;
        messenger->keys = account_keys_new();
        if (!messenger->keys)
                return -ENOMEM;
        r = store_account_load(store, &messenger->record, messenger->keys);
        if (r < 0)
                return r;
        r = settings_init(&messenger->settings, store);
        if (r < 0)
                return r;
        messenger->settings.changed = on_setting_changed;
        messenger->settings.userdata = messenger;
        messenger->self.identity = &messenger->keys->identity;
        messenger->self.address.device_id = messenger->record.device_id;
        g_strlcpy(messenger->self.address.name, messenger->record.user_name,
                  sizeof(messenger->self.address.name));

        messenger->link = server_link_new(&messenger->record, messenger->keys, &link_handler, messenger);
        if (!messenger->link)
                return -ENOMEM;
        if (!add_moments(messenger, store))
                return -ENOMEM;
        messenger->outbox = outbox_new(store, &messenger->self, messenger->link);
        messenger->inbox = inbox_new(store, &messenger->self, &messenger->settings, messenger->link,
                                     messenger->typing, on_received, messenger);
        messenger->upkeep = prekey_upkeep_new(store, &messenger->keys->identity, messenger->link);
        messenger->purge = purge_new(store);
        messenger->expiry = expiry_new(store);
        messenger->verifications = verification_upkeep_new(store, &messenger->self, on_expired, messenger);
        messenger->group_self = group_self(&messenger->self);
        messenger->groups = group_operations_new(store, &messenger->self, messenger->link);
        messenger->key_packages = key_package_upkeep_new(store, &messenger->group_self, messenger->link);
        if (!messenger->groups || !messenger->key_packages)
                return -ENOMEM;
        if (!messenger->outbox || !messenger->inbox || !messenger->upkeep || !messenger->purge ||
            !messenger->expiry || !messenger->verifications)
                return -ENOMEM;
        outbox_set_groups(messenger->outbox, group_operations_outbox(messenger->groups));
        r = add_attachments(messenger, store, state_folder);
        if (r < 0)
                return r;

        messenger->store = store;
        messenger->search_fill = search_fill_new(store);
        store->committed = on_committed;
        store->userdata = messenger;
        *out = g_steal_pointer(&messenger);
        return 0;
}

Messenger *messenger_free(Messenger *messenger)
{
        if (!messenger)
                return NULL;
        if (messenger->follow_up)
                g_source_remove(messenger->follow_up);
        search_fill_free(messenger->search_fill);
        expiry_free(messenger->expiry);
        purge_free(messenger->purge);
        verification_upkeep_free(messenger->verifications);
        attachments_free(messenger->attachments);
        prekey_upkeep_free(messenger->upkeep);
        key_package_upkeep_free(messenger->key_packages);
        group_operations_free(messenger->groups);
        inbox_free(messenger->inbox);
        outbox_free(messenger->outbox);
        directory_free(messenger->directory);
        presence_free(messenger->presence);
        typing_free(messenger->typing);
        server_link_free(messenger->link);
        account_keys_free(messenger->keys);
        account_record_deinit(&messenger->record);
        store_free(messenger->store);
        free(messenger);
        malloc_trim(0);
        return NULL;
}

void messenger_freep(Messenger **messenger)
{
        *messenger = messenger_free(*messenger);
}

void messenger_pump(Messenger *messenger)
{
        verification_upkeep_run(messenger->verifications);
        outbox_pump(messenger->outbox);
}

void messenger_start(Messenger *messenger, Connection *connection)
{
        expiry_run(messenger->expiry);
        verification_upkeep_run(messenger->verifications);
        if (connection)
                server_link_adopt(messenger->link, connection);
        else
                server_link_start(messenger->link);
}

int messenger_move(Messenger *messenger, ServerAddress *server)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        int r;

        r = store_begin(messenger->store, &transaction);
        if (r < 0)
                return r;
        r = store_account_set_server(messenger->store, server);
        if (r < 0)
                return r;
        r = store_commit(&transaction);
        if (r < 0)
                return r;
        server_address_deinit(&messenger->record.server);
        messenger->record.server = *server;
        server_link_move(messenger->link);
        return 0;
}
