/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "server/cleanup.h"
#include "wire/error.h"
#include "wire/messenger.pb-c.h"

const uint64_t metrics_commit_bounds_us[METRICS_BUCKETS - 1] = {200,   500,   1000,   2000,   5000,   10000,
                                                                20000, 50000, 100000, 500000, 1000000};

_Static_assert((int)WIRE__ERROR_CODE__ERROR_CODE_BLOB_CONFLICT < (int)METRICS_CODES, "each code has its counter");

static const struct {
        MetricCounter counter;
        const char *name;
        const char *help;
} plain_counters[] = {
                {METRIC_CONNECTIONS_OPENED, "connections_opened", "Connections accepted."},
                {METRIC_CONNECTIONS_REFUSED, "connections_refused", "Connections refused by a limit."},
                {METRIC_BYTES_IN, "bytes_in", "Bytes of frames received."},
                {METRIC_BYTES_OUT, "bytes_out", "Bytes of frames sent."},
                {METRIC_PROTOCOL_ERRORS, "protocol_errors",
                 "Connections closed because a frame broke the protocol."},
                {METRIC_RATE_LIMITED, "rate_limited", "Requests refused by a rate limit."},
                {METRIC_REGISTERED, "registered", "Accounts made."},
                {METRIC_LOGINS, "logins", "Devices replaced by a login."},
                {METRIC_WRONG_PASSWORDS, "wrong_passwords", "Requests refused for the password."},
                {METRIC_PASSWORDS_CHANGED, "passwords_changed", "Passwords changed."},
                {METRIC_ACCOUNTS_DELETED, "accounts_deleted", "Accounts deleted by their owners."},
                {METRIC_STORED, "envelopes_stored", "Envelopes made durable."},
                {METRIC_REPEATED, "envelopes_repeated", "Envelopes dropped as repeats."},
                {METRIC_REFUSED_FULL, "envelopes_refused_full",
                 "Envelopes refused because the mailbox was full."},
                {METRIC_DELIVERED, "envelopes_delivered", "Envelopes written to a connection."},
                {METRIC_DELIVERED_FROM_DISK, "envelopes_delivered_from_disk",
                 "Of these, read from the store."},
                {METRIC_EPHEMERAL, "envelopes_ephemeral", "Envelopes taken that are good for the moment only."},
                {METRIC_EPHEMERAL_DELIVERED, "envelopes_ephemeral_delivered",
                 "Of these, written to a connection; the others were dropped."},
                {METRIC_ACKED, "envelopes_acked", "Envelopes deleted because their recipient has them."},
                {METRIC_EXPIRED, "envelopes_expired",
                 "Envelopes deleted because nobody fetched them in time."},
                {METRIC_GROUP_MESSAGES, "group_messages", "Messages to groups made durable, each counted once."},
                {METRIC_GROUP_COMMITS, "group_commits", "Commits to groups taken, each counted once."},
                {METRIC_GROUP_STALE, "group_commits_stale", "Commits refused because another was first."},
                {METRIC_GROUP_SKIPPED, "group_envelopes_skipped_full",
                 "Envelopes of groups that a mailbox had no room for."},
                {METRIC_BLOB_PIECES, "blob_pieces", "Pieces of blobs that came."},
                {METRIC_BLOB_BYTES_IN, "blob_bytes_in", "Bytes of blobs written."},
                {METRIC_BLOB_BYTES_OUT, "blob_bytes_out", "Bytes of blobs read."},
                {METRIC_BLOBS_DELETED, "blobs_deleted", "Blobs deleted by their account, or with it."},
                {METRIC_BLOBS_EXPIRED, "blobs_expired", "Blobs deleted because their time was over."},
                {METRIC_STORE_FAILURES, "store_failures", "Batches that the store could not commit."},
                {METRIC_CHECKPOINTS, "store_checkpoints",
                 "Times the write-ahead log was copied to the database."},
};

static const struct {
        MetricCounter up, down;
        const char *name;
        const char *help;
} gauges[] = {
                {METRIC_CONNECTIONS_OPENED, METRIC_CONNECTIONS_CLOSED, "connections", "Open connections."},
                {METRIC_AUTHENTICATED_OPENED, METRIC_AUTHENTICATED_CLOSED, "connections_authenticated",
                 "Connections that belong to a device."},
                {METRIC_STORE_SUBMITTED, METRIC_STORE_COMPLETED, "store_queue",
                 "Requests that wait for the store."},
                {METRIC_PASSWORD_SUBMITTED, METRIC_PASSWORD_COMPLETED, "password_queue",
                 "Passwords that wait to be hashed."},
                {METRIC_BLOB_REQUESTS, METRIC_BLOB_REQUESTS_DONE, "blob_queue", "Requests for blobs that wait."},
                {METRIC_BLOBS, METRIC_NOTHING, "blobs", "Blobs, with those that are not complete."},
                {METRIC_BLOBS_BYTES, METRIC_NOTHING, "blobs_bytes", "Bytes that they have when complete."},
                {METRIC_PRESENCE_ADDED, METRIC_PRESENCE_REMOVED, "presence_tickets",
                 "Tickets that connections show and watch."},
                {METRIC_WAITING_ENVELOPES, METRIC_NOTHING, "envelopes_waiting",
                 "Envelopes in mailboxes."},
                {METRIC_WAITING_MAILBOXES, METRIC_NOTHING, "mailboxes_waiting",
                 "Mailboxes with any."},
};

MetricsShard *metrics_shard(Metrics *metrics)
{
        if (metrics->used < METRICS_SHARDS)
                metrics->used++;
        return &metrics->shards[metrics->used - 1];
}

void metrics_batch(MetricsShard *shard, uint64_t requests, uint64_t commit_us)
{
        unsigned i;

        for (i = 0; i < METRICS_BUCKETS - 1 && commit_us > metrics_commit_bounds_us[i]; i++)
                ;
        metrics_bump(&shard->commit_us[i], 1);
        metrics_bump(&shard->commit_us_sum, commit_us);
        for (i = 0; i < METRICS_BUCKETS - 1 && requests > (1u << i); i++)
                ;
        metrics_bump(&shard->batch_size[i], 1);
        metrics_add(shard, METRIC_BATCHES, 1);
        metrics_add(shard, METRIC_BATCH_REQUESTS, requests);
}

/* The same counter of every shard. */
static uint64_t sum(const Metrics *metrics, const _Atomic uint64_t *of_first)
{
        size_t offset = (size_t)((const char *)of_first - (const char *)&metrics->shards[0]);
        uint64_t total = 0;

        for (unsigned i = 0; i < metrics->used; i++)
                total += atomic_load_explicit(
                                (const _Atomic uint64_t *)((const char *)&metrics->shards[i] + offset),
                                memory_order_relaxed);
        return total;
}

uint64_t metrics_total(const Metrics *metrics, MetricCounter counter)
{
        return sum(metrics, &metrics->shards[0].counters[counter]);
}

static void head(FILE *out, const char *name, const char *type, const char *help)
{
        fprintf(out, "# HELP smserver_%s %s\n# TYPE smserver_%s %s\n", name, help, name, type);
}

/* "send", from the name that the schema gives the field. */
static void frames(FILE *out, const Metrics *metrics, const char *name, const _Atomic uint64_t *kinds,
                   const ProtobufCMessageDescriptor *descriptor)
{
        head(out, name, "counter", "Frames, by what they are.");
        for (unsigned i = 0; i < descriptor->n_fields; i++) {
                const ProtobufCFieldDescriptor *field = &descriptor->fields[i];

                if (field->type == PROTOBUF_C_TYPE_MESSAGE && field->id < METRICS_KINDS)
                        fprintf(out, "smserver_%s{kind=\"%s\"} %" PRIu64 "\n", name, field->name,
                                sum(metrics, &kinds[field->id]));
        }
        fprintf(out, "smserver_%s{kind=\"unknown\"} %" PRIu64 "\n", name, sum(metrics, &kinds[0]));
}

static void histogram(FILE *out, const Metrics *metrics, const char *name, const char *help,
                      const _Atomic uint64_t *buckets, const double *bounds, double total)
{
        uint64_t count = 0;

        head(out, name, "histogram", help);
        for (unsigned i = 0; i < METRICS_BUCKETS; i++) {
                count += sum(metrics, &buckets[i]);
                if (i < METRICS_BUCKETS - 1)
                        fprintf(out, "smserver_%s_bucket{le=\"%g\"} %" PRIu64 "\n", name, bounds[i], count);
                else
                        fprintf(out, "smserver_%s_bucket{le=\"+Inf\"} %" PRIu64 "\n", name, count);
        }
        fprintf(out, "smserver_%s_sum %g\nsmserver_%s_count %" PRIu64 "\n", name, total, name, count);
}

static void write_all(FILE *out, const Metrics *metrics)
{
        const MetricsShard *first = &metrics->shards[0];
        double bounds[METRICS_BUCKETS - 1];

        for (size_t i = 0; i < sizeof(plain_counters) / sizeof(plain_counters[0]); i++) {
                fprintf(out, "# HELP smserver_%s_total %s\n# TYPE smserver_%s_total counter\n",
                        plain_counters[i].name, plain_counters[i].help, plain_counters[i].name);
                fprintf(out, "smserver_%s_total %" PRIu64 "\n", plain_counters[i].name,
                        metrics_total(metrics, plain_counters[i].counter));
        }
        for (size_t i = 0; i < sizeof(gauges) / sizeof(gauges[0]); i++) {
                uint64_t down = metrics_total(metrics, gauges[i].down); /* first: so it is never below 0 */
                uint64_t up = metrics_total(metrics, gauges[i].up);

                head(out, gauges[i].name, "gauge", gauges[i].help);
                fprintf(out, "smserver_%s %" PRIu64 "\n", gauges[i].name, up > down ? up - down : 0);
        }

        frames(out, metrics, "frames_in_total", first->frames_in, &wire__client_frame__descriptor);
        frames(out, metrics, "frames_out_total", first->frames_out, &wire__server_frame__descriptor);

        head(out, "errors_total", "counter", "Errors answered, by code.");
        for (unsigned i = 0; i <= WIRE__ERROR_CODE__ERROR_CODE_BLOB_CONFLICT; i++)
                fprintf(out, "smserver_errors_total{code=\"%s\"} %" PRIu64 "\n",
                        wire_error_name((Wire__ErrorCode)i), sum(metrics, &first->errors[i]));
        head(out, "goodbyes_total", "counter", "Connections that the server ended, by reason.");
        for (unsigned i = 0; i <= WIRE__GOODBYE_REASON__GOODBYE_REASON_DEVICE_REMOVED; i++)
                fprintf(out, "smserver_goodbyes_total{reason=\"%s\"} %" PRIu64 "\n",
                        wire_goodbye_name((Wire__GoodbyeReason)i), sum(metrics, &first->goodbyes[i]));

        for (unsigned i = 0; i < METRICS_BUCKETS - 1; i++)
                bounds[i] = (double)metrics_commit_bounds_us[i] / 1e6;
        histogram(out, metrics, "store_commit_seconds", "How long a batch took to become durable.",
                  first->commit_us, bounds, (double)sum(metrics, &first->commit_us_sum) / 1e6);
        for (unsigned i = 0; i < METRICS_BUCKETS - 1; i++)
                bounds[i] = (double)(1u << i);
        histogram(out, metrics, "store_batch_requests", "Requests that were committed together.",
                  first->batch_size, bounds, (double)metrics_total(metrics, METRIC_BATCH_REQUESTS));
}

char *metrics_format(const Metrics *metrics, size_t *size_out)
{
        char *text = NULL;
        size_t size = 0;
        FILE *out;

        out = open_memstream(&text, &size);
        if (!out)
                return NULL;
        write_all(out, metrics);
        if (fclose(out) != 0) {
                free(text);
                return NULL;
        }
        *size_out = size;
        return text;
}
