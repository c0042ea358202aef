/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/migration.h"

#include <errno.h>
#include <stdio.h>

#include "storage/statement.h"

static int query_int64(Database *database, const char *sql, int64_t *out)
{
        __attribute__((cleanup(statement_releasep))) Statement *statement = NULL;
        int r;

        r = statement_prepare(database, &statement, sql);
        if (r < 0)
                return r;
        r = statement_step(statement);
        if (r < 0)
                return r;
        return statement_column_int64(statement, "value", out);
}

/* user_version and application_id lie in the file's header; the pragmas take no parameters. */
static int set_version(Database *database, int32_t application_id, size_t version)
{
        char sql[96];

        snprintf(sql, sizeof(sql), "PRAGMA application_id = %d; PRAGMA user_version = %zu", application_id, version);
        return database_exec(database, sql);
}

static int current_version(Database *database, const Migrations *migrations, size_t *out)
{
        int64_t application_id, version, tables;
        int r;

        r = query_int64(database, "SELECT application_id AS value FROM pragma_application_id", &application_id);
        if (r < 0)
                return r;
        r = query_int64(database, "SELECT user_version AS value FROM pragma_user_version", &version);
        if (r < 0)
                return r;
        if (application_id != migrations->application_id) {
                r = query_int64(database, "SELECT count(*) AS value FROM sqlite_schema", &tables);
                if (r < 0)
                        return r;
                if (application_id != 0 || version != 0 || tables != 0)
                        return -EKEYREJECTED;
        }
        if (version < 0 || (uint64_t)version > migrations->count)
                return -EPROTONOSUPPORT;
        *out = (size_t)version;
        return 0;
}

/* Looks at the version inside the transaction: another process may have been faster. */
static int migrate_once(Database *database, const Migrations *migrations, bool *done_out)
{
        __attribute__((cleanup(transaction_rollbackp))) Database *transaction = NULL;
        size_t version;
        int r;

        r = transaction_begin(database, &transaction);
        if (r < 0)
                return r;
        r = current_version(database, migrations, &version);
        if (r < 0)
                return r;
        *done_out = version == migrations->count;
        if (*done_out)
                return 0;
        r = database_exec(database, migrations->scripts[version]);
        if (r < 0)
                return r;
        r = set_version(database, migrations->application_id, version + 1);
        if (r < 0)
                return r;
        return transaction_commit(&transaction);
}

int database_migrate(Database *database, const Migrations *migrations)
{
        bool done = false;
        size_t version;
        int r;

        r = current_version(database, migrations, &version);
        if (r < 0)
                return r;
        if (version == migrations->count)
                return 0;
        while (!done) {
                r = migrate_once(database, migrations, &done);
                if (r < 0)
                        return r;
        }
        return 0;
}
