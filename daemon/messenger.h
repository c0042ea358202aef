/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/attachments.h"
#include "daemon/expiry.h"
#include "daemon/group-operation.h"
#include "daemon/directory.h"
#include "daemon/inbox.h"
#include "daemon/key-package-upkeep.h"
#include "daemon/outbox.h"
#include "daemon/prekey-upkeep.h"
#include "daemon/presence.h"
#include "daemon/purge.h"
#include "daemon/search-fill.h"
#include "daemon/server-link.h"
#include "daemon/settings.h"
#include "daemon/store-account.h"
#include "daemon/typing.h"
#include "daemon/verification-upkeep.h"

/* All that exists while an account is unlocked: what a lock takes away and wipes. */
typedef struct MessengerHandler {
        void (*link_changed)(void *userdata);
        void (*committed)(void *userdata); /* something in the store changed, durably */
        void (*setting_changed)(void *userdata, SettingId id);
        void (*contact_changed)(void *userdata, const char *contact); /* who is connected, or writes */
        void (*attachment_progress)(void *userdata, const AttachmentProgress *progress);
} MessengerHandler;

typedef struct Messenger {
        Store *store;
        AccountRecord record;
        AccountKeys *keys;
        PeerSelf self;
        Settings settings;
        ServerLink *link;
        Outbox *outbox;
        Inbox *inbox;
        PrekeyUpkeep *upkeep;
        GroupSelf group_self;
        GroupOperations *groups;
        KeyPackageUpkeep *key_packages;
        Purge *purge;
        Expiry *expiry;
        SearchFill *search_fill;
        VerificationUpkeep *verifications;
        Attachments *attachments;
        Directory *directory;
        Presence *presence;
        Typing *typing;
        unsigned follow_up; /* see to what has become due by a commit */
        const MessengerHandler *handler;
        void *userdata;
} Messenger;

/* Takes the store over if it returns 0. The account is in it; -EBADMSG where that makes no sense. */
int messenger_new(Store *store, int state_folder, const MessengerHandler *handler, void *userdata,
                  Messenger **out);
Messenger *messenger_free(Messenger *messenger);
void messenger_freep(Messenger **messenger);

/* Connects, or goes on with a connection that belongs to the account already (and is taken over). */
void messenger_start(Messenger *messenger, Connection *connection);
/* The account's server is at another address, or has another certificate. Takes the address over if it returns 0. */
int messenger_move(Messenger *messenger, ServerAddress *server);
/* After a transaction that may have put something into the outbox, or a date into the store. */
void messenger_pump(Messenger *messenger);
