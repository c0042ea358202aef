/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/password.h"

#include <errno.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "server/cleanup.h"

struct PasswordPool {
        uint64_t passes, memory_kib;
        size_t queue_max, queue_count;
        InboxItem *first;
        InboxItem **last;
        pthread_mutex_t lock;
        pthread_cond_t changed;
        bool stopping;
        char nobodys[STORE_AUTH_HASH_SIZE]; /* a hash that nothing fits, of the same cost */
        unsigned threads_count;
        struct Worker {
                pthread_t thread;
                PasswordPool *pool;
                MetricsShard *metrics;
        } workers[];
};

_Static_assert(STORE_AUTH_HASH_SIZE == crypto_pwhash_STRBYTES, "");

static int make_hash(const PasswordPool *pool, const uint8_t *key, char *out)
{
        memset(out, 0, STORE_AUTH_HASH_SIZE);
        if (crypto_pwhash_str_alg(out, (const char *)key, WIRE_AUTH_KEY_SIZE, pool->passes,
                                  pool->memory_kib * 1024, crypto_pwhash_ALG_ARGON2ID13) != 0)
                return -ENOMEM;
        return 0;
}

static int verify_hash(const char *hash, const uint8_t *key)
{
        /* It fails in the same way for want of memory: errno tells. */
        errno = 0;
        if (crypto_pwhash_str_verify(hash, (const char *)key, WIRE_AUTH_KEY_SIZE) == 0)
                return 0;
        return errno == ENOMEM ? -ENOMEM : PASSWORD_WRONG;
}

/* Where a hash of the wanted cost cannot be made now, the old one does. */
static int renew_hash(const PasswordPool *pool, PasswordJob *job)
{
        if (job->replace)
                return make_hash(pool, job->new_key, job->new_hash);
        if (crypto_pwhash_str_needs_rehash(job->hash, pool->passes, pool->memory_kib * 1024) != 0 &&
            make_hash(pool, job->auth_key, job->new_hash) < 0)
                job->new_hash[0] = '\0';
        return 0;
}

static void run(PasswordPool *pool, PasswordJob *job)
{
        if (!job->verify) {
                job->result = make_hash(pool, job->auth_key, job->hash);
        } else if (job->unknown) {
                job->result = verify_hash(pool->nobodys, job->auth_key);
                if (job->result == 0)
                        job->result = PASSWORD_WRONG;
        } else {
                job->result = verify_hash(job->hash, job->auth_key);
                if (job->result == 0)
                        job->result = renew_hash(pool, job);
        }
}

static void send_back(PasswordJob *job, MetricsShard *metrics)
{
        sodium_memzero(job->auth_key, sizeof(job->auth_key));
        sodium_memzero(job->new_key, sizeof(job->new_key));
        if (metrics)
                metrics_add(metrics, METRIC_PASSWORD_COMPLETED, 1);
        inbox_post(job->inbox, &job->item);
}

static InboxItem *take(PasswordPool *pool)
{
        InboxItem *item;

        pthread_mutex_lock(&pool->lock);
        while (!pool->first && !pool->stopping)
                pthread_cond_wait(&pool->changed, &pool->lock);
        item = pool->stopping ? NULL : pool->first;
        if (item) {
                pool->first = item->next;
                if (!pool->first)
                        pool->last = &pool->first;
                pool->queue_count--;
        }
        pthread_mutex_unlock(&pool->lock);
        return item;
}

static void *worker_run(void *data)
{
        struct Worker *worker = data;
        InboxItem *item;

        while ((item = take(worker->pool))) {
                PasswordJob *job = (PasswordJob *)item;

                run(worker->pool, job);
                send_back(job, worker->metrics);
        }
        return NULL;
}

static void run_done(InboxItem *item, void *owner)
{
        PasswordJob *job = (PasswordJob *)item;

        job->done(job);
}

int password_pool_submit(PasswordPool *pool, PasswordJob *job)
{
        int r = 0;

        job->item.run = run_done;
        job->item.next = NULL;
        pthread_mutex_lock(&pool->lock);
        if (pool->queue_count >= pool->queue_max || pool->stopping) {
                r = -EBUSY;
        } else {
                *pool->last = &job->item;
                pool->last = &job->item.next;
                pool->queue_count++;
                pthread_cond_signal(&pool->changed);
        }
        pthread_mutex_unlock(&pool->lock);
        return r;
}

PasswordPool *password_pool_free(PasswordPool *pool)
{
        if (!pool)
                return NULL;
        pthread_mutex_lock(&pool->lock);
        pool->stopping = true;
        pthread_cond_broadcast(&pool->changed);
        pthread_mutex_unlock(&pool->lock);
        for (unsigned i = 0; i < pool->threads_count; i++)
                pthread_join(pool->workers[i].thread, NULL);
        while (pool->first) {
                PasswordJob *job = (PasswordJob *)pool->first;

                pool->first = job->item.next;
                job->result = -ECANCELED;
                send_back(job, NULL);
        }
        pthread_cond_destroy(&pool->changed);
        pthread_mutex_destroy(&pool->lock);
        free(pool);
        return NULL;
}

static void password_pool_freep(PasswordPool **pool)
{
        password_pool_free(*pool);
}

int password_pool_new(unsigned threads, size_t queue_max, uint64_t passes, uint64_t memory_kib,
                      Metrics *metrics, PasswordPool **out)
{
        _cleanup_(password_pool_freep) PasswordPool *pool = NULL;
        uint8_t random[WIRE_AUTH_KEY_SIZE];
        int r;

        pool = calloc(1, sizeof(PasswordPool) + threads * sizeof(struct Worker));
        if (!pool)
                return -ENOMEM;
        pool->passes = passes;
        pool->memory_kib = memory_kib;
        pool->queue_max = queue_max;
        pool->last = &pool->first;
        pthread_mutex_init(&pool->lock, NULL);
        pthread_cond_init(&pool->changed, NULL);

        randombytes_buf(random, sizeof(random));
        r = make_hash(pool, random, pool->nobodys);
        if (r < 0)
                return r;
        for (unsigned i = 0; i < threads; i++) {
                struct Worker *worker = &pool->workers[i];

                worker->pool = pool;
                worker->metrics = metrics_shard(metrics);
                r = pthread_create(&worker->thread, NULL, worker_run, worker);
                if (r != 0)
                        return -r;
                pool->threads_count++;
        }
        *out = pool;
        pool = NULL;
        return 0;
}
