/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>

#include "server/cleanup.h"
#include "server/store-sqlite.h"

static void show_waiting(const Store *store)
{
        metrics_set(store->metrics, METRIC_WAITING_ENVELOPES, (uint64_t)store->waiting_envelopes);
        metrics_set(store->metrics, METRIC_WAITING_MAILBOXES, (uint64_t)store->waiting_mailboxes);
}

int tally_start(Store *store)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s, "SELECT envelopes, mailboxes FROM waiting");
        if (r < 0)
                return r;
        r = statement_step(s);
        if (r <= 0)
                return r < 0 ? r : -EBADMSG;
        r = statement_column_int64(s, "envelopes", &store->waiting_envelopes);
        if (r < 0)
                return r;
        r = statement_column_int64(s, "mailboxes", &store->waiting_mailboxes);
        if (r < 0)
                return r;
        show_waiting(store);
        return 0;
}

void tally_inserted(Store *store, Mailbox *mailbox)
{
        store->tally.stored++;
        store->tally.envelopes++;
        if (mailbox->rows++ == 0)
                store->tally.mailboxes++;
}

/* 1: yes; 0: no. */
static int has_rows(Store *store, uint64_t number)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT position FROM envelope WHERE position BETWEEN :first AND :last LIMIT 1");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":first", (int64_t)position_of(number, 0));
        statement_bind_int64(s, ":last", (int64_t)position_of(number + 1, 0) - 1);
        return statement_step(s);
}

int tally_deleted(Store *store, uint64_t number, uint64_t count)
{
        Mailbox *mailbox = loaded_by_number(store, number);
        int left;

        if (count == 0)
                return 0;
        if (mailbox) {
                mailbox->rows -= count;
                left = mailbox->rows > 0;
        } else {
                left = has_rows(store, number);
                if (left < 0)
                        return left;
        }
        store->tally.envelopes -= (int64_t)count;
        if (!left)
                store->tally.mailboxes--;
        return 0;
}

int tally_write(Store *store)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        const Tally *tally = &store->tally;
        int r;

        if (tally->envelopes == 0 && tally->mailboxes == 0)
                return 0;
        r = statement_prepare(store->database, &s,
                              "UPDATE waiting SET envelopes = :envelopes, mailboxes = :mailboxes");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":envelopes", store->waiting_envelopes + tally->envelopes);
        statement_bind_int64(s, ":mailboxes", store->waiting_mailboxes + tally->mailboxes);
        store->pages++;
        return statement_run(s);
}

void tally_commit(Store *store)
{
        const Tally *tally = &store->tally;

        metrics_add(store->metrics, METRIC_STORED, tally->stored);
        metrics_add(store->metrics, METRIC_REPEATED, tally->repeated);
        metrics_add(store->metrics, METRIC_REFUSED_FULL, tally->refused_full);
        metrics_add(store->metrics, METRIC_ACKED, tally->acked);
        metrics_add(store->metrics, METRIC_EXPIRED, tally->expired);
        metrics_add(store->metrics, METRIC_GROUP_MESSAGES, tally->group_messages);
        metrics_add(store->metrics, METRIC_GROUP_COMMITS, tally->group_commits);
        metrics_add(store->metrics, METRIC_GROUP_STALE, tally->group_stale);
        metrics_add(store->metrics, METRIC_GROUP_SKIPPED, tally->skipped_full);
        store->waiting_envelopes += tally->envelopes;
        store->waiting_mailboxes += tally->mailboxes;
        show_waiting(store);
        store->tally = (Tally){};
}

void tally_drop(Store *store)
{
        store->tally = (Tally){};
}
