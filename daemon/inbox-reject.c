/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/inbox-reject.h"

#include <glib.h>

#include "daemon/clock.h"
#include "daemon/log.h"
#include "daemon/store-account.h"
#include "daemon/store-event.h"
#include "daemon/store-message.h"
#include "daemon/store-outbox.h"
#include "e2ee/peer.h"

static int add_notice(Store *store, int64_t contact, MessageKind kind, uint64_t *number_out)
{
        Message notice = {
                        .kind = kind,
                        .state = MESSAGE_RECEIVED,
                        .sent_ms = clock_now_ms(),
                        .received_ms = clock_now_ms(),
        };
        MessageKind newest;
        int r;

        /* One notice stands for all that follow it directly: nobody can flood a history with them. */
        r = store_message_newest_kind(store, contact, &newest);
        if (r < 0 || (r == 0 && newest == kind))
                return r;
        message_id_new(&notice.id);
        r = store_message_insert(store, contact, &notice);
        *number_out = notice.number;
        return r;
}

/* Never more often than this, so two who cannot read one another do not keep each other busy. */
int inbox_answer_with_reset(Store *store, Contact *contact)
{
        uint64_t now = clock_now_ms();
        bool has_reset = false;
        int r;

        if (!contact_is_accepted(contact)) /* an answer would tell them that somebody is there */
                return 0;
        r = store_outbox_has_reset(store, contact->id, &has_reset);
        if (r < 0 || has_reset)
                return r;
        if (now >= contact->last_reset_ms && now - contact->last_reset_ms < RESET_INTERVAL_MS)
                return 0;
        contact->last_reset_ms = now;
        r = store_contact_update(store, contact);
        if (r < 0)
                return r;
        return store_outbox_add_reset(store, contact->id);
}

static const char *reason_name(int reason)
{
        static const char *const names[] = {
                        [PEER_MALFORMED] = "malformed",
                        [PEER_UNSUPPORTED] = "of a newer version",
                        [PEER_UNKNOWN_SESSION] = "of an unknown session",
                        [PEER_UNKNOWN_PREKEY] = "for a prekey that is gone",
                        [PEER_REPEATED] = "repeated",
                        [PEER_FORGED] = "forged",
                        [PEER_TOO_FAR] = "too far ahead",
        };

        return reason > 0 && (size_t)reason < G_N_ELEMENTS(names) && names[reason] ? names[reason]
                                                                                   : "unreadable";
}

int inbox_refuse(Store *store, const char *why)
{
        log_info("inbox", "refused an envelope: %s", why);
        return store_account_add_rejected(store, 1);
}

int inbox_reject(Store *store, Contact *contact, int reason)
{
        const bool unreadable = reason == PEER_UNKNOWN_SESSION || reason == PEER_UNKNOWN_PREKEY ||
                                reason == PEER_TOO_FAR;
        uint64_t notice = 0;
        int r;

        log_info("inbox", "rejected an envelope: %s", reason_name(reason));
        r = store_account_add_rejected(store, 1);
        if (r < 0 || !contact || !contact_is_accepted(contact) || reason == PEER_REPEATED)
                return r;
        if (reason == PEER_UNSUPPORTED)
                r = add_notice(store, contact->id, MESSAGE_UNSUPPORTED, &notice);
        else if (unreadable)
                r = add_notice(store, contact->id, MESSAGE_UNREADABLE, &notice);
        if (r < 0)
                return r;
        r = store_event_add(store, EVENT_ENVELOPE_REJECTED, contact->id, notice);
        if (r < 0)
                return r;
        return unreadable ? inbox_answer_with_reset(store, contact) : 0;
}
