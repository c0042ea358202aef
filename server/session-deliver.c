/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "server/session-private.h"
#include "wire/frame.h"

/*
 * From the mailbox to the client. An envelope comes from memory where the session has everything before it:
 * its `previous` is the newest that the session knows. Otherwise, and where the client is slow, the session
 * is `behind`: it forgets what comes and reads the mailbox from where it stands, as soon as there is room.
 * So nothing that the router loses is lost.
 */
typedef struct UnackedEntry {
        uint64_t sequence;
        uint32_t size;
} UnackedEntry;

/* A ring of what was delivered, oldest first. */
struct Unacked {
        size_t first, count, capacity;
        UnackedEntry entries[];
};

enum {
        UNACKED_CAPACITY_MIN = 32,
        READ_COUNT_MAX = 2 * WIRE_BATCH_MAX,
        READ_BYTES_MAX = 256 * 1024,
};

typedef struct ReadJob {
        StoreRead read;
        Session *session;
} ReadJob;

static void read_more(Session *session, bool settle);

static bool has_room(const Session *session)
{
        const Config *config = session->host->server->config;

        return session->waiting_count < config->unacked_messages &&
               session->waiting_bytes < config->unacked_bytes;
}

static void enqueue(Session *session, Envelope *envelope)
{
        envelope->next = NULL;
        *session->queue_last = envelope;
        session->queue_last = &envelope->next;
        session->queue_count++;
        session->waiting_count++;
        session->waiting_bytes += envelope->payload_size;
        session->queued_sequence = envelope->sequence;
}

static Envelope *dequeue(Session *session)
{
        Envelope *envelope = session->queue;

        session->queue = envelope->next;
        if (!session->queue)
                session->queue_last = &session->queue;
        session->queue_count--;
        return envelope;
}

void session_delivery_deinit(Session *session)
{
        Envelope *ephemeral;

        while (session->queue)
                envelope_free(dequeue(session));
        while ((ephemeral = session_take_ephemeral(session)))
                envelope_free(ephemeral);
        free(session->unacked);
        session->unacked = NULL;
        session->waiting_count = session->waiting_bytes = 0;
}

static void free_list(Envelope *first)
{
        while (first) {
                Envelope *next = first->next;

                envelope_free(first);
                first = next;
        }
}

static void read_done(StoreRequest *request)
{
        ReadJob *job = (ReadJob *)request;
        Session *session = job->session;
        Envelope *first = job->read.first;

        session->reading = false;
        if (session->state != SESSION_AUTHENTICATED) {
                free_list(first);
        } else if (request->result == STORE_STALE_DEVICE) {
                /* Replaced between being looked up and being attached, when nobody could tell it. */
                session_end(session, WIRE__GOODBYE_REASON__GOODBYE_REASON_DEVICE_REMOVED, 0);
        } else if (request->result < 0) {
                /* The client comes back, and finds everything where it was. */
                free_list(first);
                session_end(session, WIRE__GOODBYE_REASON__GOODBYE_REASON_UNSPECIFIED, 0);
        } else {
                metrics_add(session->host->metrics, METRIC_DELIVERED_FROM_DISK, job->read.count);
                if (job->read.more)
                        session->behind = true;
                while (first) {
                        Envelope *next = first->next;

                        enqueue(session, first);
                        first = next;
                }
                if (session->queue)
                        session->host->want_write(session->connection);
                if (session->behind)
                        read_more(session, false);
        }
        session_unref(session);
        free(job);
}

/* Called whenever there may be a reason to read; does so at most once at a time, and when there is room. */
static void read_more(Session *session, bool settle)
{
        ReadJob *job;

        if (session->reading || session->state != SESSION_AUTHENTICATED || !has_room(session))
                return;
        job = calloc(1, sizeof(ReadJob));
        if (!job)
                return; /* with the next ack, or envelope */
        job->session = session;
        job->read = (StoreRead){
                        .base = {.operation = STORE_READ, .inbox = session->host->inbox, .done = read_done},
                        .mailbox = session->mailbox,
                        .after = session->queued_sequence,
                        .count_max = READ_COUNT_MAX,
                        .bytes_max = READ_BYTES_MAX,
                        .settle = settle,
        };
        if (store_submit(session->host->server->store, &job->read.base) < 0) {
                free(job);
                session_end(session, WIRE__GOODBYE_REASON__GOODBYE_REASON_UNSPECIFIED, 0);
                return;
        }
        metrics_add(session->host->metrics, METRIC_STORE_SUBMITTED, 1);
        session_ref(session);
        session->reading = true;
        session->behind = false; /* until something comes that the read may miss */
}

void session_start_delivery(Session *session)
{
        read_more(session, true);
}

void session_deliver(Session *session, Envelope *envelope)
{
        if (envelope->sequence == 0) {
                session_deliver_ephemeral(session, envelope);
                return;
        }
        if (session->state != SESSION_AUTHENTICATED || envelope->sequence <= session->queued_sequence) {
                envelope_free(envelope);
                return;
        }
        if (session->reading || session->behind || envelope->previous != session->queued_sequence ||
            !has_room(session)) {
                envelope_free(envelope);
                session->behind = true;
                read_more(session, false);
                return;
        }
        enqueue(session, envelope);
        session->host->want_write(session->connection);
}

/* -1: no memory. */
static int remember_unacked(Session *session, const Envelope *envelope)
{
        Unacked *unacked = session->unacked;

        if (!unacked || unacked->count == unacked->capacity) {
                size_t capacity = unacked ? unacked->capacity * 2 : UNACKED_CAPACITY_MIN;
                Unacked *larger = malloc(sizeof(Unacked) + capacity * sizeof(UnackedEntry));

                if (!larger)
                        return -1;
                *larger = (Unacked){.capacity = capacity};
                for (; unacked && larger->count < unacked->count; larger->count++)
                        larger->entries[larger->count] = unacked->entries[(unacked->first + larger->count) &
                                                                          (unacked->capacity - 1)];
                free(unacked);
                session->unacked = unacked = larger;
        }
        unacked->entries[(unacked->first + unacked->count++) & (unacked->capacity - 1)] =
                        (UnackedEntry){.sequence = envelope->sequence, .size = envelope->payload_size};
        return 0;
}

static Wire__Envelope wire_envelope(Envelope *envelope)
{
        Wire__Envelope wire = WIRE__ENVELOPE__INIT;

        wire.sequence = envelope->sequence;
        wire.id = (ProtobufCBinaryData){sizeof(envelope->id), envelope->id};
        wire.sender = envelope->sender;
        wire.sender_device_id = envelope->sender_device;
        wire.stored_ms = envelope->stored_ms;
        wire.payload = (ProtobufCBinaryData){envelope->payload_size, (uint8_t *)(uintptr_t)envelope->payload};
        if (envelope->has_group)
                wire.group = (ProtobufCBinaryData){sizeof(envelope->group), envelope->group};
        return wire;
}

size_t session_encode_delivery(Session *session, uint8_t *buffer)
{
        Wire__ServerFrame frame = WIRE__SERVER_FRAME__INIT;
        Wire__Deliver deliver = WIRE__DELIVER__INIT;
        Wire__Envelope wire[WIRE_BATCH_MAX], *pointers[WIRE_BATCH_MAX];
        Envelope *taken[WIRE_BATCH_MAX], *ephemeral;
        size_t bytes = 0, size, n = 0, stored;
        bool failed = false;

        /* All that there are: few and small, so that a frame holds them beside the others. */
        while ((ephemeral = session_take_ephemeral(session)))
                taken[n++] = ephemeral;
        stored = n;
        while (session->queue && n < WIRE_BATCH_MAX &&
               (n == stored || bytes + session->queue->payload_size <= DELIVER_BYTES_MAX)) {
                Envelope *envelope = dequeue(session);

                taken[n++] = envelope;
                bytes += envelope->payload_size;
                session->delivered_sequence = envelope->sequence;
                failed |= remember_unacked(session, envelope) < 0;
        }
        for (size_t i = 0; i < n; i++) {
                wire[i] = wire_envelope(taken[i]);
                pointers[i] = &wire[i];
        }
        deliver.envelopes = pointers;
        deliver.n_envelopes = n;
        frame.body_case = WIRE__SERVER_FRAME__BODY_DELIVER;
        frame.deliver = &deliver;
        size = (size_t)frame_size_server(&frame);
        frame_encode_server(&frame, buffer);
        for (size_t i = 0; i < n; i++)
                envelope_free(taken[i]);

        metrics_kind(session->host->metrics->frames_out, frame.body_case);
        metrics_add(session->host->metrics, METRIC_DELIVERED, n - stored);
        metrics_add(session->host->metrics, METRIC_EPHEMERAL_DELIVERED, stored);
        if (failed)
                session_end(session, WIRE__GOODBYE_REASON__GOODBYE_REASON_UNSPECIFIED, 0);
        else if (session->behind)
                read_more(session, false);
        return size;
}

void session_ack(Session *session, uint64_t sequence)
{
        Unacked *unacked = session->unacked;
        size_t before;
        StoreAck *ack;

        if (!unacked)
                return;
        before = unacked->count;
        while (unacked->count > 0 && unacked->entries[unacked->first].sequence <= sequence) {
                session->waiting_count--;
                session->waiting_bytes -= unacked->entries[unacked->first].size;
                unacked->first = (unacked->first + 1) & (unacked->capacity - 1);
                unacked->count--;
        }
        if (unacked->count == before)
                return;
        if (unacked->count == 0) {
                free(unacked);
                session->unacked = NULL;
        }
        /* What was never delivered cannot have been made durable by the client. */
        if (sequence > session->delivered_sequence)
                sequence = session->delivered_sequence;
        ack = calloc(1, sizeof(StoreAck));
        if (ack) {
                *ack = (StoreAck){.base = {.operation = STORE_ACK},
                                  .mailbox = session->mailbox,
                                  .sequence = sequence};
                if (store_submit(session->host->server->store, &ack->base) < 0)
                        free(ack); /* the next one covers it, or it comes again */
                else
                        metrics_add(session->host->metrics, METRIC_STORE_SUBMITTED, 1);
        }
        if (session->behind)
                read_more(session, false);
}
