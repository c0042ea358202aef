/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>

#include "server/cleanup.h"
#include "server/store-sqlite.h"

static void free_envelopes(StoreRead *request)
{
        while (request->first) {
                Envelope *next = request->first->next;

                envelope_free(request->first);
                request->first = next;
        }
        request->count = 0;
}

static int read_envelope(Statement *s, uint64_t mailbox, Envelope **out)
{
        const uint8_t *id = NULL, *payload = NULL, *group = NULL;
        int64_t position = 0, sender_device = 0, stored_ms = 0;
        size_t id_size = 0, payload_size = 0, group_size = 0;
        const char *sender = NULL;
        Envelope *envelope;

        statement_column_int64(s, "position", &position);
        statement_column_blob(s, "id", &id, &id_size);
        statement_column_text(s, "sender", &sender);
        statement_column_int64(s, "sender_device", &sender_device);
        statement_column_int64(s, "stored_ms", &stored_ms);
        statement_column_blob(s, "payload", &payload, &payload_size);
        statement_column_blob(s, "chat_group", &group, &group_size);
        if (!sender || strlen(sender) > WIRE_USER_NAME_MAX || id_size != WIRE_ENVELOPE_ID_SIZE ||
            (group && group_size != WIRE_GROUP_ID_SIZE) ||
            payload_size > (group ? WIRE_GROUP_WELCOME_MAX : WIRE_PAYLOAD_MAX))
                return -EBADMSG;
        envelope = envelope_new(payload, (uint32_t)payload_size);
        if (!envelope)
                return -ENOMEM;
        envelope->mailbox = mailbox;
        envelope->sequence = sequence_of((uint64_t)position);
        envelope->stored_ms = (uint64_t)stored_ms;
        envelope->sender_device = (uint32_t)sender_device;
        memcpy(envelope->sender, sender, strlen(sender) + 1);
        memcpy(envelope->id, id, sizeof(envelope->id));
        envelope->has_group = group != NULL;
        if (group)
                memcpy(envelope->group, group, sizeof(envelope->group));
        *out = envelope;
        return 0;
}

static int read_mailbox(Store *store, StoreRead *request)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        Envelope **last = &request->first;
        size_t bytes = 0;
        int r;

        if (request->after >= (UINT64_C(1) << SEQUENCE_BITS) - 1)
                return 0;
        r = statement_prepare(store->reading, &s,
                              "SELECT position, stored_ms, chat_group, coalesce(shared.id, envelope.id) AS id, "
                              "coalesce(shared.sender, envelope.sender) AS sender, "
                              "coalesce(shared.sender_device, envelope.sender_device) AS sender_device, "
                              "coalesce(shared.payload, envelope.payload) AS payload FROM envelope "
                              "LEFT JOIN shared ON shared.number = envelope.shared "
                              "WHERE position BETWEEN :first AND :last ORDER BY position");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":first", (int64_t)position_of(request->mailbox, request->after + 1));
        statement_bind_int64(s, ":last", (int64_t)position_of(request->mailbox + 1, 0) - 1);
        while ((r = statement_step(s)) > 0) {
                Envelope *envelope;

                if (request->count >= request->count_max || bytes >= request->bytes_max) {
                        request->more = true;
                        return 0;
                }
                r = read_envelope(s, request->mailbox, &envelope);
                if (r < 0)
                        return r;
                *last = envelope;
                last = &envelope->next;
                request->count++;
                bytes += envelope->payload_size;
        }
        return r;
}

static void run(Store *store, StoreRequest *request)
{
        switch (request->operation) {
        case STORE_FIND_ACCOUNT:
                request->result = store_find_account(store, (StoreFindAccount *)request);
                break;
        case STORE_FETCH_GROUP:
                request->result = store_fetch_group(store, (StoreFetchGroup *)request);
                if (request->result < 0)
                        store_group_deinit((StoreFetchGroup *)request);
                break;
        case STORE_FIND_USERS:
                request->result = store_find_users(store, (StoreFindUsers *)request);
                break;
        case STORE_READ:
                request->result = read_mailbox(store, (StoreRead *)request);
                if (request->result < 0)
                        free_envelopes((StoreRead *)request);
                break;
        case STORE_REGISTER:
        case STORE_LOGIN:
        case STORE_CHANGE_PASSWORD:
        case STORE_DELETE_ACCOUNT:
        case STORE_ADD_PREKEYS:
        case STORE_TAKE_BUNDLES:
        case STORE_APPEND:
        case STORE_ACK:
        case STORE_ADD_KEY_PACKAGES:
        case STORE_TAKE_KEY_PACKAGES:
        case STORE_CREATE_GROUP:
        case STORE_GROUP_SEND:
        case STORE_LEAVE_GROUP:
                request->result = -ENOTRECOVERABLE; /* the writer's */
                break;
        }
}

void *store_reader_run(void *data)
{
        Store *store = data;
        bool stopping = false;

        while (!stopping) {
                StoreRequest *request;
                size_t count;

                request = (StoreRequest *)queue_take(&store->to_reader, BATCH_MAX, 0, &count, &stopping);
                while (request) {
                        StoreRequest *next = (StoreRequest *)request->item.next;

                        run(store, request);
                        metrics_add(store->reader_metrics, METRIC_STORE_COMPLETED, 1);
                        inbox_post(request->inbox, &request->item);
                        request = next;
                }
        }
        return NULL;
}
