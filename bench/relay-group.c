/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "bench/relay-measure.h"
#include "bench/relay.h"

/*
 * One group, of as many accounts as there are connections, all of them connected. The first `pairs` of them speak, with
 * `window` messages under way from each. Every member checks that it gets every message of every other speaker, once
 * and in order, and that all have the same order; so a run that ends well has lost, doubled and confused nothing.
 */
typedef struct MessageId {
        uint32_t speaker, number; /* the speaker from 1 */
        uint64_t sent_ns;
} MessageId;

_Static_assert(sizeof(MessageId) == WIRE_ENVELOPE_ID_SIZE, "an ID is a MessageId");

typedef struct Member {
        Session session;
        uint32_t sent, stored; /* of a speaker */
        uint32_t *heard;       /* of each speaker, so many */
        uint64_t order;        /* a sum over what it heard, and where */
        uint32_t count;
} Member;

typedef struct GroupRun {
        Run *run;
        Member *members;
        uint8_t id[WIRE_GROUP_ID_SIZE];
        uint8_t *payload;
        unsigned ready, committed;
        bool created, stopped, sampling;
        uint64_t delivered;
        Samples delivered_after;
} GroupRun;

enum { ADDED_AT_ONCE = 250 };

static ProtobufCBinaryData bytes(const void *data, size_t size)
{
        return (ProtobufCBinaryData){.len = size, .data = (uint8_t *)(uintptr_t)data};
}

static int group_send(GroupRun *all, Member *member, const MessageId *id, Wire__GroupCommit *commit)
{
        Wire__ClientFrame frame = WIRE__CLIENT_FRAME__INIT;
        Wire__GroupSend send = WIRE__GROUP_SEND__INIT;

        send.group = bytes(all->id, sizeof(all->id));
        send.id = bytes(id, sizeof(*id));
        send.payload = bytes(all->payload, all->run->payload);
        send.commit = commit;
        frame.request = 10;
        frame.body_case = WIRE__CLIENT_FRAME__BODY_GROUP_SEND;
        frame.group_send = &send;
        return session_frame(&member->session, &frame);
}

static int speak(GroupRun *all, unsigned i)
{
        Member *member = &all->members[i];
        int r = 0;

        while (r >= 0 && !all->stopped && member->sent - member->stored < all->run->window) {
                MessageId id = {.speaker = i + 1, .number = member->sent, .sent_ns = now_ns()};

                r = group_send(all, member, &id, NULL);
                member->sent++;
        }
        return r;
}

static int ready(Session *session)
{
        ((GroupRun *)session->userdata)->ready++;
        return 0;
}

static int created(Session *session)
{
        ((GroupRun *)session->userdata)->created = true;
        return 0;
}

static int stored(Session *session, const Wire__SendResult *results)
{
        GroupRun *all = session->userdata;

        for (size_t i = 0; i < results->n_stored; i++) {
                MessageId id;

                memcpy(&id, results->stored[i].data, sizeof(id));
                if (id.speaker == 0)
                        all->committed++;
                else
                        all->members[session->index].stored++;
        }
        return speak(all, session->index);
}

static int heard(GroupRun *all, Member *member, const Wire__Envelope *envelope, uint64_t now)
{
        MessageId id;

        memcpy(&id, envelope->id.data, sizeof(id));
        if (id.speaker == 0) /* a commit, or the welcome */
                return 0;
        if (id.speaker > all->run->pairs || id.number != member->heard[id.speaker - 1] ||
            envelope->group.len != WIRE_GROUP_ID_SIZE) {
                fprintf(stderr, "relay: %s got message %u of speaker %u out of turn\n", member->session.account->user_name,
                        id.number, id.speaker);
                return -EPROTO;
        }
        member->heard[id.speaker - 1]++;
        member->order = member->order * 31 + id.speaker;
        member->count++;
        all->delivered++;
        if (all->sampling)
                samples_add(&all->delivered_after, now - id.sent_ns);
        return 0;
}

static int deliver(Session *session, const Wire__Deliver *deliver)
{
        GroupRun *all = session->userdata;
        uint64_t now = now_ns();
        int r = 0;

        for (size_t i = 0; r >= 0 && i < deliver->n_envelopes; i++)
                r = heard(all, &all->members[session->index], deliver->envelopes[i], now);
        return r < 0 ? r : session_ack(session, deliver->envelopes[deliver->n_envelopes - 1]->sequence);
}

static void deinit(GroupRun *all)
{
        for (unsigned i = 0; all->members && i < all->run->connections; i++) {
                session_close(&all->members[i].session);
                free(all->members[i].heard);
        }
        free(all->members);
        free(all->payload);
        samples_deinit(&all->delivered_after);
}

static int init(GroupRun *all)
{
        const Run *run = all->run;

        if (run->accounts.count < run->connections || run->pairs > run->connections) {
                fprintf(stderr, "relay: a group of %u needs more accounts than %zu\n", run->connections,
                        run->accounts.count);
                return -EINVAL;
        }
        all->members = calloc(run->connections, sizeof(Member));
        all->payload = malloc(run->payload);
        if (!all->members || !all->payload)
                return -ENOMEM;
        for (unsigned i = 0; i < run->connections; i++) {
                all->members[i].heard = calloc(run->pairs, sizeof(uint32_t));
                if (!all->members[i].heard)
                        return -ENOMEM;
        }
        randombytes_buf(all->id, sizeof(all->id));
        randombytes_buf(all->payload, run->payload);
        return samples_init(&all->delivered_after);
}

static int wait_for(GroupRun *all, const unsigned *what, unsigned count)
{
        double deadline = now_seconds() + RUN_DEADLINE_SECONDS;
        int r = 0;

        while (r >= 0 && *what < count)
                r = now_seconds() > deadline ? -ETIMEDOUT : loop_step(&all->run->loop, 10);
        return r;
}

static int connect_all(GroupRun *all)
{
        static const SessionHandler handler = {.ready = ready, .results = stored, .deliver = deliver, .done = created};
        enum { AT_ONCE = 32 };
        int r = 0;

        for (unsigned i = 0; i < all->run->connections && r >= 0; i++) {
                Session *session = &all->members[i].session;

                session->index = i;
                r = session_start(session, &all->run->loop, &all->run->endpoint, &all->run->accounts.list[i], &handler,
                                  all);
                if (r >= 0 && i >= AT_ONCE)
                        r = wait_for(all, &all->ready, i - AT_ONCE);
        }
        return r < 0 ? r : wait_for(all, &all->ready, all->run->connections);
}

/* By the first account; the others in portions. */
static int make_group(GroupRun *all)
{
        Wire__ClientFrame frame = WIRE__CLIENT_FRAME__INIT;
        Wire__CreateGroup create = WIRE__CREATE_GROUP__INIT;
        Member *first = &all->members[0];
        unsigned epoch = 0;
        int r;

        all->stopped = true; /* commits come back as results too */
        create.group = bytes(all->id, sizeof(all->id));
        frame.request = 10;
        frame.body_case = WIRE__CLIENT_FRAME__BODY_CREATE_GROUP;
        frame.create_group = &create;
        r = session_frame(&first->session, &frame);
        for (unsigned done = 1; r >= 0 && done < all->run->connections; epoch++) {
                MessageId id = {.number = epoch, .sent_ns = now_ns()};
                Wire__GroupCommit commit = WIRE__GROUP_COMMIT__INIT;
                char *added[ADDED_AT_ONCE];

                for (; commit.n_added < ADDED_AT_ONCE && done < all->run->connections; done++)
                        added[commit.n_added++] = all->run->accounts.list[done].user_name;
                commit.epoch = epoch;
                commit.added = added;
                commit.welcome = bytes(all->payload, all->run->payload);
                r = group_send(all, first, &id, &commit);
                if (r >= 0)
                        r = connection_flush(&first->session.connection);
                if (r >= 0)
                        r = wait_for(all, &all->committed, epoch + 1);
        }
        return r;
}

static int run_for(GroupRun *all, double seconds)
{
        double end = now_seconds() + seconds;
        int r = 0;

        while (r >= 0 && now_seconds() < end)
                r = loop_step(&all->run->loop, 10);
        return r;
}

static bool has_all(const GroupRun *all, unsigned member)
{
        for (unsigned i = 0; i < all->run->pairs; i++)
                if (all->members[i].stored < all->members[i].sent ||
                    (i != member && all->members[member].heard[i] < all->members[i].sent))
                        return false;
        return true;
}

/* Until everybody has everything; then those who do not speak have to have heard it in one order. */
static int finish(GroupRun *all)
{
        double deadline = now_seconds() + RUN_DEADLINE_SECONDS;
        Run *run = all->run;

        all->stopped = true;
        for (unsigned i = 0; i < run->connections; i++)
                while (!has_all(all, i)) {
                        int r = now_seconds() > deadline ? -ETIMEDOUT : loop_step(&run->loop, 10);

                        if (r < 0)
                                return r;
                }
        for (unsigned i = run->pairs + 1; i < run->connections; i++)
                if (all->members[i].order != all->members[run->pairs].order ||
                    all->members[i].count != all->members[run->pairs].count) {
                        fprintf(stderr, "relay: two members heard the group in different orders\n");
                        return -EPROTO;
                }
        return 0;
}

static int measure(GroupRun *all)
{
        double begin = now_seconds(), server = cpu_seconds(all->run->server_pid), load = own_cpu_seconds(), seconds, n;
        uint64_t before = all->delivered;
        int r;

        all->sampling = true;
        r = run_for(all, all->run->seconds);
        all->sampling = false;
        if (r < 0)
                return r;
        seconds = now_seconds() - begin;
        server = cpu_seconds(all->run->server_pid) - server;
        load = own_cpu_seconds() - load;
        n = (double)(all->delivered - before);
        r = finish(all);
        if (r < 0)
                return r;
        printf("{\"mode\": \"group\", \"members\": %u, \"speakers\": %u, \"window\": %u, \"rate\": %.0f, "
               "\"server_us\": %.2f, \"load_us\": %.2f, \"server_busy\": %.3f, \"load_busy\": %.3f, "
               "\"delivered_p50_ms\": %.3f, \"delivered_p99_ms\": %.3f}\n",
               all->run->connections, all->run->pairs, all->run->window, n / seconds, server / n * 1e6, load / n * 1e6,
               server / seconds, load / seconds, samples_percentile(&all->delivered_after, 50),
               samples_percentile(&all->delivered_after, 99));
        fflush(stdout);
        return 0;
}

int run_group(Run *run)
{
        __attribute__((cleanup(deinit))) GroupRun all = {.run = run};
        int r;

        r = init(&all);
        if (r >= 0)
                r = connect_all(&all);
        if (r >= 0)
                r = make_group(&all);
        if (r < 0)
                return r;
        all.stopped = false;
        for (unsigned i = 0; i < run->pairs && r >= 0; i++) {
                r = speak(&all, i);
                if (r >= 0)
                        r = connection_flush(&all.members[i].session.connection);
        }
        if (r >= 0)
                r = run_for(&all, run->warmup);
        return r < 0 ? r : measure(&all);
}
