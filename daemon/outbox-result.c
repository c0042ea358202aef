/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/outbox-result.h"

#include <errno.h>
#include <string.h>

#include "daemon/cleanup.h"
#include "daemon/clock.h"
#include "daemon/log.h"
#include "daemon/pause.h"
#include "daemon/store-contact.h"
#include "daemon/store-event.h"
#include "daemon/store-message.h"
#include "wire/error.h"

int outbox_fail(Store *store, const OutboxEntry *entry, Problem reason)
{
        bool is_gone = false;
        int r;

        r = store_outbox_delete(store, entry->number);
        if (r < 0 || entry->message == 0)
                return r;
        if (reason == PROBLEM_UNKNOWN_RECIPIENT)
                r = store_contact_is_gone(store, entry->contact, &is_gone);
        if (r == 0)
                r = store_message_set_state(store, entry->message, MESSAGE_FAILED,
                                            is_gone ? PROBLEM_ACCOUNT_DELETED : reason, 0);
        if (r < 0)
                return r;
        return store_event_add(store, EVENT_MESSAGE_FAILED, entry->contact, entry->message);
}

int outbox_hold(Store *store, const OutboxEntry *entry, Problem reason, uint64_t retry_at_ms)
{
        int r;

        if (entry->message == 0)
                return 0;
        r = store_message_set_state(store, entry->message, MESSAGE_QUEUED, reason, retry_at_ms);
        if (r < 0)
                return r;
        return store_event_add(store, EVENT_MESSAGE_QUEUED, entry->contact, entry->message);
}

static int apply_stored(Store *store, const OutboxEntry *entry)
{
        int r;

        r = store_outbox_delete(store, entry->number);
        if (r < 0 || entry->message == 0)
                return r;
        r = store_message_set_state(store, entry->message, MESSAGE_SENT, PROBLEM_NONE, 0);
        if (r < 0)
                return r;
        return store_event_add(store, EVENT_MESSAGE_SENT, entry->contact, entry->message);
}

/* The recipient has another device now, which only a new bundle tells about: all that was for the old one
 * waits. */
static int apply_stale(Store *store, const OutboxEntry *entry)
{
        Contact contact;
        int r;

        r = store_contact_get(store, entry->contact, &contact);
        if (r != 0)
                return r < 0 ? r : -EBADMSG;
        if (contact.device_id == entry->device_id) {
                contact.device_id = 0;
                r = store_contact_update(store, &contact);
                if (r < 0)
                        return r;
        }
        return store_outbox_unseal(store, entry->contact);
}

static int apply_refusal(Store *store, const OutboxEntry *entry, const Wire__Error *error,
                         uint32_t *pause_ms)
{
        uint32_t wait_ms;

        switch (error->code) {
        case WIRE__ERROR_CODE__ERROR_CODE_STALE_DEVICE:
                return apply_stale(store, entry);
        case WIRE__ERROR_CODE__ERROR_CODE_RATE_LIMITED:
        case WIRE__ERROR_CODE__ERROR_CODE_BUSY:
                wait_ms = error->retry_after_ms ? error->retry_after_ms : PAUSE_BUSY_MS;
                if (wait_ms > PAUSE_MAX_MS)
                        wait_ms = PAUSE_MAX_MS;
                if (wait_ms > *pause_ms)
                        *pause_ms = wait_ms;
                return outbox_hold(store, entry, PROBLEM_RATE_LIMITED, clock_now_ms() + wait_ms);
        case WIRE__ERROR_CODE__ERROR_CODE_UNKNOWN_RECIPIENT:
        case WIRE__ERROR_CODE__ERROR_CODE_MAILBOX_FULL:
        case WIRE__ERROR_CODE__ERROR_CODE_TOO_LARGE:
        case WIRE__ERROR_CODE__ERROR_CODE_BAD_NAME:
                return outbox_fail(store, entry, problem_from_wire(error->code));
        case WIRE__ERROR_CODE__ERROR_CODE_UNSPECIFIED:
        case WIRE__ERROR_CODE__ERROR_CODE_MALFORMED:
        case WIRE__ERROR_CODE__ERROR_CODE_UNSUPPORTED:
        case WIRE__ERROR_CODE__ERROR_CODE_PROTOCOL_TOO_OLD:
        case WIRE__ERROR_CODE__ERROR_CODE_PROTOCOL_TOO_NEW:
        case WIRE__ERROR_CODE__ERROR_CODE_WRONG_SERVER_NAME:
        case WIRE__ERROR_CODE__ERROR_CODE_OUT_OF_ORDER:
        case WIRE__ERROR_CODE__ERROR_CODE_NAME_TAKEN:
        case WIRE__ERROR_CODE__ERROR_CODE_REGISTRATION_CLOSED:
        case WIRE__ERROR_CODE__ERROR_CODE_BAD_INVITATION:
        case WIRE__ERROR_CODE__ERROR_CODE_WRONG_PASSWORD:
        case WIRE__ERROR_CODE__ERROR_CODE_WRONG_KEY:
        case WIRE__ERROR_CODE__ERROR_CODE_TOO_MANY_PREKEYS:
        case WIRE__ERROR_CODE__ERROR_CODE_NOT_FOUND:
        case WIRE__ERROR_CODE__ERROR_CODE_DIRECTORY_OFF:
        case WIRE__ERROR_CODE__ERROR_CODE_BLOB_QUOTA:
        case WIRE__ERROR_CODE__ERROR_CODE_BLOB_CONFLICT:
        case WIRE__ERROR_CODE__ERROR_CODE_NO_GROUP:
        case WIRE__ERROR_CODE__ERROR_CODE_STALE_EPOCH:
        case WIRE__ERROR_CODE__ERROR_CODE_GROUP_EXISTS:
        case WIRE__ERROR_CODE__ERROR_CODE_GROUP_FULL:
        case _WIRE__ERROR_CODE_IS_INT_SIZE:
                break;
        }
        /* Nothing that says that the envelope is at fault: it stays, and is tried again. */
        log_warning("outbox", 0, "the server refuses an envelope: %s", wire_error_name(error->code));
        if (*pause_ms < PAUSE_TROUBLE_MS)
                *pause_ms = PAUSE_TROUBLE_MS;
        return 0;
}

/* Which entry an ID names: 0; STORE_OUTBOX_NONE for one that is not ours, or is settled already. */
static int find(Store *store, const ProtobufCBinaryData *id, OutboxEntry *out)
{
        EnvelopeId envelope_id;

        memcpy(envelope_id.bytes, id->data, sizeof(envelope_id.bytes));
        return store_outbox_find(store, &envelope_id, out);
}

int outbox_apply_result(Store *store, const Wire__SendResult *result, uint32_t *pause_ms_out)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        OutboxEntry entry;
        int r;

        r = store_begin(store, &transaction);
        if (r < 0)
                return r;
        for (size_t i = 0; i < result->n_stored; i++) {
                r = find(store, &result->stored[i], &entry);
                if (r == 0)
                        r = apply_stored(store, &entry);
                if (r < 0)
                        return r;
        }
        for (size_t i = 0; i < result->n_refused; i++) {
                r = find(store, &result->refused[i]->id, &entry);
                if (r == 0)
                        r = apply_refusal(store, &entry, result->refused[i]->error, pause_ms_out);
                if (r < 0)
                        return r;
        }
        return store_commit(&transaction);
}
