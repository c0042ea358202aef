/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/relation.h"

#include <inttypes.h>

#include "daemon/cleanup.h"
#include "daemon/clock.h"
#include "daemon/contact.h"
#include "daemon/log.h"
#include "daemon/store-event.h"
#include "daemon/store-request.h"

/* The one setter. Whoever becomes accepted is told about in full: a key that changed while they were not, too. */
static int set_relation(Store *store, Contact *contact, ContactRelation relation, bool blocked,
                        EventKind event)
{
        const bool was_accepted = contact_is_accepted(contact);
        const char *before = contact_relation_name(contact);
        int r;

        if (relation != contact->relation)
                contact->relation_since_ms = clock_now_ms();
        contact->relation = relation;
        contact->blocked = blocked;
        log_info("relation", "contact %" PRId64 ": %s -> %s", contact->id, before,
                 contact_relation_name(contact));
        r = store_contact_update_relation(store, contact);
        if (r < 0)
                return r;
        r = store_event_add(store, event, contact->id, 0);
        if (r < 0)
                return r;
        if (was_accepted || !contact_is_accepted(contact))
                return 0;
        return contact->key_changed ? contact_note_key_change(store, contact) : 0;
}

static int accept(Store *store, Contact *contact)
{
        if (contact->blocked)
                return PROBLEM_BLOCKED;
        if (contact->relation == CONTACT_ACCEPTED)
                return 0;
        return set_relation(store, contact, CONTACT_ACCEPTED, false, EVENT_CONTACT_ACCEPTED);
}

static int decline(Store *store, Contact *contact)
{
        int r;

        if (contact->blocked)
                return PROBLEM_BLOCKED;
        if (contact->relation == CONTACT_DECLINED)
                return 0;
        if (contact->relation == CONTACT_ACCEPTED)
                return PROBLEM_INVALID_ARGUMENT;
        r = store_request_forget_messages(store, contact->id);
        if (r < 0)
                return r;
        return set_relation(store, contact, CONTACT_DECLINED, false, EVENT_CONTACT_DECLINED);
}

static int block(Store *store, Contact *contact)
{
        ContactRelation relation = contact->relation;
        int r;

        if (contact->blocked)
                return 0;
        if (relation == CONTACT_REQUEST) {
                r = store_request_forget_messages(store, contact->id);
                if (r < 0)
                        return r;
                relation = CONTACT_DECLINED;
        }
        return set_relation(store, contact, relation, true, EVENT_CONTACT_BLOCKED);
}

static int unblock(Store *store, Contact *contact)
{
        if (!contact->blocked)
                return 0;
        return set_relation(store, contact, contact->relation, false, EVENT_CONTACT_UNBLOCKED);
}

static int take_step(Store *store, Contact *contact, RelationStep step)
{
        switch (step) {
        case RELATION_ACCEPT:
                return accept(store, contact);
        case RELATION_DECLINE:
                return decline(store, contact);
        case RELATION_BLOCK:
                return block(store, contact);
        case RELATION_UNBLOCK:
                return unblock(store, contact);
        }
        return PROBLEM_INVALID_ARGUMENT;
}

int relation_take_step(Store *store, const char *name, RelationStep step)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        Contact contact;
        int r;

        r = store_begin(store, &transaction);
        if (r < 0)
                return r;
        r = store_contact_find(store, name, &contact);
        if (r != 0)
                return r < 0 ? r : PROBLEM_NOT_FOUND;
        r = take_step(store, &contact, step);
        if (r != 0)
                return r;
        return store_commit(&transaction);
}

int relation_write_to(Store *store, Contact *contact)
{
        return accept(store, contact);
}

/* ---- Who writes to us ---- */

static int refuse_if_full(Store *store)
{
        uint32_t count = 0;
        int r;

        r = store_request_count(store, &count);
        if (r < 0)
                return r;
        return count >= REQUESTS_MAX ? RELATION_REFUSE : 0;
}

int relation_admit_stranger(Store *store, bool ephemeral)
{
        return ephemeral ? RELATION_REFUSE : refuse_if_full(store);
}

static bool may_ask_again(const Contact *contact)
{
        const uint64_t now = clock_now_ms();

        /* A clock that was set back must not silence somebody for longer. */
        return now < contact->relation_since_ms || now - contact->relation_since_ms >= REQUEST_AGAIN_MS;
}

int relation_admit(Store *store, Contact *contact, size_t size, bool ephemeral)
{
        uint32_t messages = 0;
        uint64_t bytes = 0;
        int r;

        if (contact->blocked)
                return RELATION_DROP;
        if (contact->relation == CONTACT_ACCEPTED)
                return 0;
        if (ephemeral)
                return RELATION_DROP;
        if (contact->relation == CONTACT_DECLINED) {
                if (!may_ask_again(contact))
                        return RELATION_DROP;
                r = refuse_if_full(store);
                if (r != 0)
                        return r;
                r = set_relation(store, contact, CONTACT_REQUEST, false, EVENT_CONTACT_REQUEST);
                if (r < 0)
                        return r;
        }
        r = store_request_size(store, contact->id, &messages, &bytes);
        if (r < 0)
                return r;
        return messages >= REQUEST_MESSAGES_MAX || bytes + size > REQUEST_BYTES_MAX ? RELATION_REFUSE : 0;
}
