/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench/relay-traffic.h"

#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

/* An envelope's ID carries what the two ends of the benchmark need to know of it. */
typedef struct MessageId {
        uint32_t pair, number;
        uint64_t sent_ns;
} MessageId;

_Static_assert(sizeof(MessageId) == WIRE_ENVELOPE_ID_SIZE, "an ID is a MessageId");

static MessageId id_of(ProtobufCBinaryData data)
{
        MessageId id;

        memcpy(&id, data.data, sizeof(id));
        return id;
}

int traffic_init(Traffic *t, Run *run)
{
        int r;

        *t = (Traffic){.run = run, .started_ns = now_ns()};
        if (run->accounts.count < 2 * (size_t)run->pairs) {
                fprintf(stderr, "relay: %u pairs need more accounts than %zu\n", run->pairs,
                        run->accounts.count);
                return -EINVAL;
        }
        t->pairs = calloc(run->pairs, sizeof(Pair));
        t->payload = malloc(run->payload);
        if (!t->pairs || !t->payload)
                return -ENOMEM;
        randombytes_buf(t->payload, run->payload);
        r = samples_init(&t->stored_after);
        return r < 0 ? r : samples_init(&t->delivered_after);
}

void traffic_deinit(Traffic *t)
{
        for (unsigned i = 0; t->pairs && i < t->run->pairs; i++) {
                session_close(&t->pairs[i].sender);
                session_close(&t->pairs[i].receiver);
        }
        free(t->pairs);
        free(t->payload);
        samples_deinit(&t->stored_after);
        samples_deinit(&t->delivered_after);
        *t = (Traffic){0};
}

static int pair_fill(Traffic *t, unsigned index)
{
        Pair *pair = &t->pairs[index];
        int r;

        while (!t->stopped && pair->sent - pair->stored < t->run->window &&
               (!t->limit || pair->sent < t->limit)) {
                MessageId id = {.pair = index, .number = pair->sent, .sent_ns = now_ns()};

                r = session_send(&pair->sender, &t->run->accounts.list[2 * index + 1], (const uint8_t *)&id,
                                 t->payload, t->run->payload);
                if (r < 0)
                        return r;
                pair->sent++;
        }
        return 0;
}

static int traffic_ready(Session *session)
{
        Traffic *t = session->userdata;

        t->ready++;
        return 0;
}

static int traffic_results(Session *session, const Wire__SendResult *results)
{
        Traffic *t = session->userdata;
        Pair *pair = &t->pairs[session->index];
        uint64_t now = now_ns();

        for (size_t i = 0; i < results->n_stored; i++) {
                MessageId id = id_of(results->stored[i]);

                if (id.pair != session->index || id.number >= pair->sent || pair->stored >= pair->sent) {
                        fprintf(stderr, "relay: an answer to nothing that was sent\n");
                        return -EPROTO;
                }
                if (t->sampling)
                        samples_add(&t->stored_after, now - id.sent_ns);
                pair->stored++;
                t->stored++;
        }
        return pair_fill(t, session->index);
}

static int traffic_deliver(Session *session, const Wire__Deliver *deliver)
{
        Traffic *t = session->userdata;
        Pair *pair = &t->pairs[session->index];
        uint64_t now = now_ns();

        if (deliver->n_envelopes == 0)
                return 0;
        for (size_t i = 0; i < deliver->n_envelopes; i++) {
                MessageId id = id_of(deliver->envelopes[i]->id);

                if (pair->delivered == 0 && id.sent_ns < t->started_ns) {
                        t->left_over++;
                        continue;
                }
                if (id.pair != session->index || id.number != pair->delivered) {
                        fprintf(stderr, "relay: pair %u got message %u of pair %u instead of %u\n",
                                session->index, id.number, id.pair, pair->delivered);
                        return -EPROTO;
                }
                if (t->sampling)
                        samples_add(&t->delivered_after, now - id.sent_ns);
                pair->delivered++;
                t->delivered++;
        }
        return session_ack(session, deliver->envelopes[deliver->n_envelopes - 1]->sequence);
}

int traffic_connect(Traffic *t, unsigned sides)
{
        static const SessionHandler handler = {
                        .ready = traffic_ready,
                        .results = traffic_results,
                        .deliver = traffic_deliver,
        };
        double deadline = now_seconds() + RUN_DEADLINE_SECONDS;
        unsigned wanted = t->ready;
        int r;

        for (unsigned i = 0; i < t->run->pairs; i++) {
                for (unsigned side = 0; side < 2; side++) {
                        Session *session = side ? &t->pairs[i].receiver : &t->pairs[i].sender;

                        if (!(sides & (1u << side)))
                                continue;
                        session->index = i;
                        r = session_start(session, &t->run->loop, &t->run->endpoint,
                                          &t->run->accounts.list[2 * i + side], &handler, t);
                        if (r < 0)
                                return r;
                        wanted++;
                }
        }
        while (t->ready < wanted) {
                r = loop_step(&t->run->loop, 100);
                if (r < 0)
                        return r;
                if (now_seconds() > deadline)
                        return -ETIMEDOUT;
        }
        return 0;
}

int traffic_begin(Traffic *t)
{
        int r;

        t->stopped = false;
        for (unsigned i = 0; i < t->run->pairs; i++) {
                r = pair_fill(t, i);
                if (r < 0)
                        return r;
                r = connection_flush(&t->pairs[i].sender.connection);
                if (r < 0)
                        return r;
        }
        return 0;
}

int traffic_run_for(Traffic *t, double seconds)
{
        double end = now_seconds() + seconds;
        int r = 0;

        while (r >= 0 && now_seconds() < end)
                r = loop_step(&t->run->loop, 10);
        return r;
}

static bool traffic_is_done(const Traffic *t, bool delivered)
{
        for (unsigned i = 0; i < t->run->pairs; i++) {
                const Pair *pair = &t->pairs[i];
                uint32_t wanted = t->limit ? t->limit : pair->sent;

                if (pair->stored < wanted || (delivered && pair->delivered < wanted))
                        return false;
        }
        return true;
}

int traffic_finish(Traffic *t, bool delivered)
{
        double deadline = now_seconds() + RUN_DEADLINE_SECONDS;
        int r;

        while (!traffic_is_done(t, delivered)) {
                r = loop_step(&t->run->loop, 10);
                if (r < 0)
                        return r;
                if (now_seconds() > deadline) {
                        fprintf(stderr, "relay: %lu stored, %lu delivered, and then nothing\n", t->stored,
                                t->delivered);
                        return -ETIMEDOUT;
                }
        }
        return 0;
}

int traffic_measure(Traffic *t, const char *label)
{
        double begin, seconds, server, load;
        uint64_t delivered;
        int r;

        r = traffic_begin(t);
        if (r >= 0)
                r = traffic_run_for(t, t->run->warmup);
        if (r < 0)
                return r;
        t->stored_after.count = t->delivered_after.count = 0;
        t->sampling = true;
        begin = now_seconds();
        server = cpu_seconds(t->run->server_pid);
        load = own_cpu_seconds();
        delivered = t->delivered;
        r = traffic_run_for(t, t->run->seconds);
        if (r < 0)
                return r;
        seconds = now_seconds() - begin;
        server = cpu_seconds(t->run->server_pid) - server;
        load = own_cpu_seconds() - load;
        delivered = t->delivered - delivered;
        t->sampling = false;
        t->stopped = true;
        r = traffic_finish(t, true);
        if (r < 0)
                return r;
        printf("{%s, \"rate\": %.0f, \"server_us\": %.2f, \"load_us\": %.2f, \"server_busy\": %.3f, "
               "\"load_busy\": %.3f, \"stored_p50_ms\": %.3f, \"stored_p99_ms\": %.3f, "
               "\"delivered_p50_ms\": %.3f, "
               "\"delivered_p99_ms\": %.3f}\n",
               label, (double)delivered / seconds, server / (double)delivered * 1e6,
               load / (double)delivered * 1e6, server / seconds, load / seconds,
               samples_percentile(&t->stored_after, 50), samples_percentile(&t->stored_after, 99),
               samples_percentile(&t->delivered_after, 50), samples_percentile(&t->delivered_after, 99));
        fflush(stdout);
        return 0;
}
