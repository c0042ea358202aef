/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "bench/relay-measure.h"
#include "bench/relay.h"

/*
 * Blobs: each of the senders puts one, with several pieces under way as a client has them, and then gets it back and
 * compares. Rates are pieces of WIRE_BLOB_PIECE_MAX bytes a second.
 */
enum { PUTS_AT_ONCE = 8, GETS_AT_ONCE = 16 };

typedef struct BlobRun {
        Run *run;
        Session *sessions;
        uint8_t *piece; /* each one of a blob: the server does not look */
        uint8_t (*ids)[WIRE_BLOB_ID_SIZE];
        unsigned *asked, *answered;
        unsigned pieces, ready, finished;
        bool getting;
} BlobRun;

static ProtobufCBinaryData bytes(uint8_t *data, size_t size)
{
        return (ProtobufCBinaryData){.len = size, .data = data};
}

static int ask(BlobRun *all, unsigned i)
{
        Wire__ClientFrame frame = WIRE__CLIENT_FRAME__INIT;
        Wire__PutBlob put = WIRE__PUT_BLOB__INIT;
        Wire__GetBlob get = WIRE__GET_BLOB__INIT;
        uint64_t offset = (uint64_t)all->asked[i]++ * WIRE_BLOB_PIECE_MAX;

        frame.request = offset + 10;
        if (all->getting) {
                get.id = bytes(all->ids[i], WIRE_BLOB_ID_SIZE);
                get.offset = offset;
                get.length = WIRE_BLOB_PIECE_MAX;
                frame.body_case = WIRE__CLIENT_FRAME__BODY_GET_BLOB;
                frame.get_blob = &get;
        } else {
                put.id = bytes(all->ids[i], WIRE_BLOB_ID_SIZE);
                put.size = (uint64_t)all->pieces * WIRE_BLOB_PIECE_MAX;
                put.offset = offset;
                put.data = bytes(all->piece, WIRE_BLOB_PIECE_MAX);
                frame.body_case = WIRE__CLIENT_FRAME__BODY_PUT_BLOB;
                frame.put_blob = &put;
        }
        return session_frame(&all->sessions[i], &frame);
}

static int ready(Session *session)
{
        ((BlobRun *)session->userdata)->ready++;
        return 0;
}

static int answered(Session *session, const Wire__ServerFrame *frame)
{
        BlobRun *all = session->userdata;
        unsigned i = session->index;

        if (all->getting != (frame->body_case == WIRE__SERVER_FRAME__BODY_BLOB_DATA))
                return -EPROTO;
        if (all->getting && (frame->blob_data->data.len != WIRE_BLOB_PIECE_MAX ||
                             memcmp(frame->blob_data->data.data, all->piece, WIRE_BLOB_PIECE_MAX) != 0)) {
                fprintf(stderr, "relay: what came back is not what was put\n");
                return -EPROTO;
        }
        if (++all->answered[i] == all->pieces)
                all->finished++;
        return all->asked[i] < all->pieces ? ask(all, i) : 0;
}

static void deinit(BlobRun *all)
{
        for (unsigned i = 0; all->sessions && i < all->run->pairs; i++)
                session_close(&all->sessions[i]);
        free(all->sessions);
        free(all->piece);
        free(all->ids);
        free(all->asked);
        free(all->answered);
}

static int connect_all(BlobRun *all)
{
        static const SessionHandler handler = {.ready = ready, .blob = answered};
        double end = now_seconds() + RUN_DEADLINE_SECONDS;
        int r = 0;

        for (unsigned i = 0; i < all->run->pairs && r >= 0; i++) {
                randombytes_buf(all->ids[i], WIRE_BLOB_ID_SIZE);
                all->sessions[i].index = i;
                r = session_start(&all->sessions[i], &all->run->loop, &all->run->endpoint,
                                  &all->run->accounts.list[i], &handler, all);
        }
        while (r >= 0 && all->ready < all->run->pairs)
                r = now_seconds() > end ? -ETIMEDOUT : loop_step(&all->run->loop, 10);
        return r;
}

static int transfer(BlobRun *all, bool getting)
{
        const Run *run = all->run;
        double begin = now_seconds(), server = cpu_seconds(run->server_pid), end = begin + RUN_DEADLINE_SECONDS, n;
        int r = 0;

        all->getting = getting;
        all->finished = 0;
        for (unsigned i = 0; i < run->pairs && r >= 0; i++) {
                all->asked[i] = all->answered[i] = 0;
                for (unsigned j = 0; j < (getting ? GETS_AT_ONCE : PUTS_AT_ONCE) && j < all->pieces && r >= 0; j++)
                        r = ask(all, i);
                if (r >= 0)
                        r = connection_flush(&all->sessions[i].connection);
        }
        while (r >= 0 && all->finished < run->pairs)
                r = now_seconds() > end ? -ETIMEDOUT : loop_step(&all->run->loop, 10);
        if (r < 0)
                return r;
        n = (double)all->pieces * run->pairs;
        printf("{\"mode\": \"blobs %s\", \"rate\": %.1f, \"server_us\": %.1f}\n", getting ? "get" : "put",
               n / (now_seconds() - begin), (cpu_seconds(run->server_pid) - server) / n * 1e6);
        fflush(stdout);
        return 0;
}

int run_blobs(Run *run)
{
        __attribute__((cleanup(deinit))) BlobRun all = {.run = run};
        int r;

        if (run->accounts.count < run->pairs)
                return -EINVAL;
        all.pieces = run->messages / run->pairs;
        all.sessions = calloc(run->pairs, sizeof(Session));
        all.piece = malloc(WIRE_BLOB_PIECE_MAX);
        all.ids = calloc(run->pairs, WIRE_BLOB_ID_SIZE);
        all.asked = calloc(run->pairs, sizeof(unsigned));
        all.answered = calloc(run->pairs, sizeof(unsigned));
        if (all.pieces == 0 || !all.sessions || !all.piece || !all.ids || !all.asked || !all.answered)
                return -ENOMEM;
        randombytes_buf(all.piece, WIRE_BLOB_PIECE_MAX);
        r = connect_all(&all);
        if (r >= 0)
                r = transfer(&all, false);
        if (r >= 0)
                r = transfer(&all, true);
        return r;
}
