/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "server/cleanup.h"
#include "server/store-sqlite.h"

/*
 * What goes to many is stored once, and counted. An envelope that goes gives back its use of it; what was given back
 * during a transaction is written at its end, for many envelopes at once.
 */
int shared_insert(Store *store, const Envelope *original, int64_t *number_out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "INSERT INTO shared (chat_group, id, sender, sender_device, payload) "
                              "VALUES (:chat_group, :id, :sender, :sender_device, :payload)");
        if (r < 0)
                return r;
        statement_bind_blob(s, ":chat_group", original->group, sizeof(original->group));
        statement_bind_blob(s, ":id", original->id, sizeof(original->id));
        statement_bind_text(s, ":sender", original->sender);
        statement_bind_int64(s, ":sender_device", original->sender_device);
        statement_bind_blob(s, ":payload", original->payload, original->payload_size);
        r = statement_run(s);
        if (r < 0)
                return r;
        store->pages += 2 + original->payload_size / 4096;
        *number_out = database_last_insert_id(store->database);
        return 0;
}

static int remove_shared(Store *store, int64_t number)
{
        _cleanup_(statement_releasep) Statement *uses = NULL, *shared = NULL;
        int r;

        r = statement_prepare(store->database, &uses, "DELETE FROM shared_uses WHERE shared = :shared");
        if (r < 0)
                return r;
        statement_bind_int64(uses, ":shared", number);
        r = statement_run(uses);
        if (r < 0)
                return r;
        r = statement_prepare(store->database, &shared, "DELETE FROM shared WHERE number = :shared");
        if (r < 0)
                return r;
        statement_bind_int64(shared, ":shared", number);
        return statement_run(shared);
}

int shared_set_uses(Store *store, int64_t number, uint64_t uses)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        if (uses == 0)
                return remove_shared(store, number);
        r = statement_prepare(store->database, &s, "INSERT INTO shared_uses (shared, uses) VALUES (:shared, :uses)");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":shared", number);
        statement_bind_int64(s, ":uses", (int64_t)uses);
        return statement_run(s);
}

int shared_give_back(Store *store, int64_t number)
{
        if (store->given_back_count == store->given_back_capacity) {
                size_t capacity = store->given_back_capacity ? store->given_back_capacity * 2 : 256;
                int64_t *larger = reallocarray(store->given_back, capacity, sizeof(int64_t));

                if (!larger)
                        return -ENOMEM;
                store->given_back = larger;
                store->given_back_capacity = capacity;
        }
        store->given_back[store->given_back_count++] = number;
        return 0;
}

static int compare(const void *a, const void *b)
{
        int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

        return (x > y) - (x < y);
}

static int reduce(Store *store, int64_t number, size_t by)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int64_t left = 0;
        int r;

        r = statement_prepare(store->database, &s,
                              "UPDATE shared_uses SET uses = uses - :by WHERE shared = :shared RETURNING uses");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":by", (int64_t)by);
        statement_bind_int64(s, ":shared", number);
        r = statement_step(s);
        if (r <= 0)
                return r < 0 ? r : -EBADMSG;
        statement_column_int64(s, "uses", &left);
        r = statement_step(s); /* to its end */
        if (r < 0)
                return r;
        store->pages++;
        return left > 0 ? 0 : remove_shared(store, number);
}

int shared_flush(Store *store)
{
        size_t begin = 0;

        if (store->given_back_count == 0)
                return 0;
        qsort(store->given_back, store->given_back_count, sizeof(int64_t), compare);
        for (size_t i = 1; i <= store->given_back_count; i++) {
                int r;

                if (i < store->given_back_count && store->given_back[i] == store->given_back[begin])
                        continue;
                r = reduce(store, store->given_back[begin], i - begin);
                if (r < 0)
                        return r;
                begin = i;
        }
        store->given_back_count = 0;
        return 0;
}

int envelopes_delete_own(Store *store, uint64_t first, uint64_t last, uint64_t *deleted_out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "DELETE FROM envelope WHERE position BETWEEN :first AND :last");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":first", (int64_t)first);
        statement_bind_int64(s, ":last", (int64_t)last);
        r = statement_run(s);
        if (r < 0)
                return r;
        *deleted_out = (uint64_t)database_changes(store->database);
        return 0;
}

int envelopes_delete(Store *store, uint64_t first, uint64_t last, uint64_t before_ms, uint64_t *deleted_out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int64_t number;
        int r;

        *deleted_out = 0;
        r = statement_prepare(store->database, &s,
                              "DELETE FROM envelope WHERE position BETWEEN :first AND :last AND stored_ms < :before "
                              "RETURNING coalesce(shared, 0) AS shared");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":first", (int64_t)first);
        statement_bind_int64(s, ":last", (int64_t)last);
        statement_bind_int64(s, ":before", before_ms > INT64_MAX ? INT64_MAX : (int64_t)before_ms);
        while ((r = statement_step(s)) > 0) {
                ++*deleted_out;
                r = statement_column_int64(s, "shared", &number);
                if (r >= 0 && number != 0)
                        r = shared_give_back(store, number);
                if (r < 0)
                        return r;
        }
        return r;
}
