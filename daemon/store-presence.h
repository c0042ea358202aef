/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/store-contact.h"
#include "e2ee/content.h"

typedef struct PresenceTicket {
        uint8_t bytes[CONTENT_TICKET_SIZE];
} PresenceTicket;

/* Of somebody who has said something to us: under which ticket they may see us, and we them. */
typedef struct PresenceRow {
        Contact contact; /* id, name, and what privacy_allows() goes by; no more */
        bool has_shown, has_watched;
        PresenceTicket shown, watched;
} PresenceRow;

/* Stops at the first result of each() that is not 0, and returns it. */
int store_presence_each(Store *store, int (*each)(void *userdata, const PresenceRow *row), void *userdata);

/* NULL: none any more. */
int store_presence_set_shown(Store *store, int64_t contact, const PresenceTicket *ticket);
int store_presence_set_watched(Store *store, int64_t contact, const PresenceTicket *ticket);
