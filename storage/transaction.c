/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>

#include "storage/database-private.h"

static int run(Database *database, const char *sql)
{
        __attribute__((cleanup(statement_releasep))) Statement *statement = NULL;
        int r;

        r = statement_prepare(database, &statement, sql);
        return r < 0 ? r : statement_run(statement);
}

int transaction_begin(Database *database, Database **transaction_out)
{
        int r;

        if (database->in_transaction)
                return -EALREADY;
        r = run(database, "BEGIN IMMEDIATE");
        if (r < 0)
                return r;
        database->in_transaction = true;
        *transaction_out = database;
        return 0;
}

void transaction_rollbackp(Database **transaction)
{
        Database *database = *transaction;

        if (!database)
                return;
        /* A full disk or an I/O error rolls back by itself. What cannot be rolled back is so on the next opening. */
        if (!sqlite3_get_autocommit(database->sqlite))
                (void)run(database, "ROLLBACK");
        database->in_transaction = false;
        *transaction = NULL;
}

int transaction_commit(Database **transaction)
{
        Database *database = *transaction;
        int r;

        /* An error before may have rolled back by itself; a commit of nothing must not look like one. */
        r = sqlite3_get_autocommit(database->sqlite) ? -EIO : run(database, "COMMIT");
        if (r < 0) {
                transaction_rollbackp(transaction);
                return r;
        }
        database->in_transaction = false;
        *transaction = NULL;
        return 0;
}
