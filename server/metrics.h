/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What the server counts. Each thread has a shard of its own, which only it writes, so that counting costs a
 * store and no lock; whoever shows the figures adds the shards up.
 */
typedef enum MetricCounter {
        METRIC_CONNECTIONS_OPENED,
        METRIC_CONNECTIONS_CLOSED,
        METRIC_CONNECTIONS_REFUSED,
        METRIC_AUTHENTICATED_OPENED,
        METRIC_AUTHENTICATED_CLOSED,
        METRIC_BYTES_IN,
        METRIC_BYTES_OUT,
        METRIC_PROTOCOL_ERRORS,
        METRIC_RATE_LIMITED,
        METRIC_REGISTERED,
        METRIC_LOGINS,
        METRIC_WRONG_PASSWORDS,
        METRIC_PASSWORDS_CHANGED,
        METRIC_ACCOUNTS_DELETED,
        METRIC_DELIVERED, /* envelopes written to a connection */
        METRIC_DELIVERED_FROM_DISK,
        METRIC_EPHEMERAL,
        METRIC_EPHEMERAL_DELIVERED,
        METRIC_STORED,
        METRIC_REPEATED,
        METRIC_REFUSED_FULL,
        METRIC_ACKED,
        METRIC_EXPIRED,
        METRIC_GROUP_MESSAGES,
        METRIC_GROUP_COMMITS,
        METRIC_GROUP_STALE,
        METRIC_GROUP_SKIPPED,
        METRIC_BATCHES,
        METRIC_BATCH_REQUESTS,
        METRIC_PRESENCE_ADDED,
        METRIC_PRESENCE_REMOVED,
        METRIC_BLOB_REQUESTS,
        METRIC_BLOB_REQUESTS_DONE,
        METRIC_BLOB_PIECES,
        METRIC_BLOB_BYTES_IN,
        METRIC_BLOB_BYTES_OUT,
        METRIC_BLOBS_DELETED,
        METRIC_BLOBS_EXPIRED,
        METRIC_BLOBS, /* these two are set, not counted */
        METRIC_BLOBS_BYTES,
        METRIC_STORE_SUBMITTED,
        METRIC_STORE_COMPLETED,
        METRIC_STORE_FAILURES,
        METRIC_CHECKPOINTS,
        METRIC_PASSWORD_SUBMITTED,
        METRIC_PASSWORD_COMPLETED,
        METRIC_WAITING_ENVELOPES, /* these two are set, not counted */
        METRIC_WAITING_MAILBOXES,
        METRIC_NOTHING, /* never counted */
        METRIC_COUNTERS,
} MetricCounter;

enum {
        METRICS_KINDS = 32, /* of frames, by the number of their body in the schema */
        METRICS_CODES = 32, /* of errors */
        METRICS_REASONS = 8,
        METRICS_BUCKETS = 12,
        METRICS_SHARDS = 70,
};

typedef struct MetricsShard {
        _Alignas(64) _Atomic uint64_t counters[METRIC_COUNTERS];
        _Atomic uint64_t frames_in[METRICS_KINDS];
        _Atomic uint64_t frames_out[METRICS_KINDS];
        _Atomic uint64_t errors[METRICS_CODES];
        _Atomic uint64_t goodbyes[METRICS_REASONS];
        _Atomic uint64_t commit_us[METRICS_BUCKETS]; /* bucket i: up to metrics_commit_bounds_us[i] */
        _Atomic uint64_t commit_us_sum;
        _Atomic uint64_t batch_size[METRICS_BUCKETS]; /* bucket i: up to 2^i requests */
} MetricsShard;

extern const uint64_t metrics_commit_bounds_us[METRICS_BUCKETS - 1];

typedef struct Metrics {
        MetricsShard shards[METRICS_SHARDS];
        unsigned used;
} Metrics;

/*
 * Before the thread that it is for starts. Never NULL: the last shard is shared by whoever comes too late.
 */
MetricsShard *metrics_shard(Metrics *metrics);

static inline void metrics_bump(_Atomic uint64_t *counter, uint64_t by)
{
        atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + by,
                              memory_order_relaxed);
}

static inline void metrics_add(MetricsShard *shard, MetricCounter counter, uint64_t by)
{
        metrics_bump(&shard->counters[counter], by);
}

static inline void metrics_set(MetricsShard *shard, MetricCounter counter, uint64_t value)
{
        atomic_store_explicit(&shard->counters[counter], value, memory_order_relaxed);
}

static inline void metrics_kind(_Atomic uint64_t *kinds, unsigned kind)
{
        metrics_bump(&kinds[kind < METRICS_KINDS ? kind : 0], 1);
}

void metrics_batch(MetricsShard *shard, uint64_t requests, uint64_t commit_us);

uint64_t metrics_total(const Metrics *metrics, MetricCounter counter);

/* Prometheus' text format, version 0.0.4. Returns malloc()ed text, or NULL. */
char *metrics_format(const Metrics *metrics, size_t *size_out);
