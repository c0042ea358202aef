/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/attachment-transfer.h"

#include <errno.h>

#include "daemon/cleanup.h"
#include "daemon/pause.h"
#include "daemon/store-attachment.h"
#include "daemon/store-contact.h"
#include "daemon/store-event.h"
#include "daemon/store-message.h"

typedef struct Find {
        Store *store;
        int64_t contact;
} Find;

static int find_contact(void *userdata, const Message *message)
{
        Find *find = userdata;
        Contact contact;
        int r;

        r = store_contact_find(find->store, message->conversation, &contact);
        find->contact = contact.id;
        return r > 0 ? -EBADMSG : r;
}

int transfer_contact(Store *store, uint64_t message, int64_t *out)
{
        Find find = {.store = store};
        int r;

        r = store_message_get(store, message, find_contact, &find);
        *out = find.contact;
        return r;
}

int transfer_set(Store *store, uint64_t message, AttachmentTransfer transfer, Problem problem)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        int64_t contact;
        int r;

        r = store_begin(store, &transaction);
        if (r < 0)
                return r;
        r = transfer_contact(store, message, &contact);
        if (r != 0)
                return r < 0 ? r : 0; /* it is gone, and nobody waits for it */
        r = store_attachment_set_transfer(store, message, transfer, problem);
        if (r < 0)
                return r;
        r = store_event_add(store, EVENT_ATTACHMENT_CHANGED, contact, message);
        return r < 0 ? r : store_commit(&transaction);
}

int transfer_fail_message(Store *store, uint64_t message, Problem reason)
{
        int64_t contact;
        int r;

        r = transfer_contact(store, message, &contact);
        if (r != 0)
                return r < 0 ? r : 0;
        r = store_attachment_set_transfer(store, message, TRANSFER_GONE, reason);
        if (r < 0)
                return r;
        r = store_attachment_discard(store, message);
        if (r < 0)
                return r;
        r = store_message_set_state(store, message, MESSAGE_FAILED, reason, 0);
        if (r < 0)
                return r;
        return store_event_add(store, EVENT_MESSAGE_FAILED, contact, message);
}

uint32_t transfer_pause_ms(const Wire__ServerFrame *frame)
{
        Wire__ErrorCode code;

        if (frame->body_case != WIRE__SERVER_FRAME__BODY_ERROR)
                return PAUSE_TROUBLE_MS;
        if (frame->error->retry_after_ms > 0)
                return frame->error->retry_after_ms < PAUSE_MAX_MS ? frame->error->retry_after_ms : PAUSE_MAX_MS;
        code = frame->error->code;
        return code == WIRE__ERROR_CODE__ERROR_CODE_BUSY || code == WIRE__ERROR_CODE__ERROR_CODE_RATE_LIMITED ||
                               code == WIRE__ERROR_CODE__ERROR_CODE_BLOB_CONFLICT
                       ? PAUSE_BUSY_MS
                       : PAUSE_TROUBLE_MS;
}

Problem transfer_problem(const Wire__ServerFrame *frame)
{
        static const struct {
                Wire__ErrorCode code;
                Problem problem;
        } final[] = {
                        {WIRE__ERROR_CODE__ERROR_CODE_TOO_LARGE, PROBLEM_ATTACHMENT_TOO_LARGE},
                        {WIRE__ERROR_CODE__ERROR_CODE_BLOB_QUOTA, PROBLEM_ATTACHMENT_QUOTA},
                        {WIRE__ERROR_CODE__ERROR_CODE_NOT_FOUND, PROBLEM_ATTACHMENT_GONE},
                        {WIRE__ERROR_CODE__ERROR_CODE_UNSUPPORTED, PROBLEM_PROTOCOL_TOO_NEW},
        };

        if (frame->body_case == WIRE__SERVER_FRAME__BODY_ERROR)
                for (size_t i = 0; i < sizeof(final) / sizeof(final[0]); i++)
                        if (final[i].code == frame->error->code)
                                return final[i].problem;
        return PROBLEM_NONE;
}
