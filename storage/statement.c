/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/statement.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "storage/database-private.h"

struct Statement {
        Database *database;
        sqlite3_stmt *sqlite;
        const char *sql; /* the literal: its address is the key in the cache */
        Statement *next; /* in its bucket */
        bool in_use;
        bool has_row;
        int error; /* of a bind or column call since the last step */
};

static Statement **bucket_of(Database *database, const char *sql)
{
        return &database->statements[((uintptr_t)sql >> 3) % STATEMENT_BUCKETS];
}

static Statement *statement_free(Statement *statement)
{
        if (!statement)
                return NULL;
        sqlite3_finalize(statement->sqlite);
        free(statement);
        return NULL;
}

void statements_finalize(Database *database)
{
        for (size_t i = 0; i < STATEMENT_BUCKETS; i++)
                while (database->statements[i]) {
                        Statement *statement = database->statements[i];

                        database->statements[i] = statement->next;
                        statement_free(statement);
                }
}

int statement_prepare(Database *database, Statement **out, const char *sql)
{
        Statement **bucket = bucket_of(database, sql), *statement;
        const char *tail = "";
        int r;

        /* One literal twice at a time, as in a recursion, takes two. The text is compared in case it is no literal. */
        for (statement = *bucket; statement; statement = statement->next)
                if (statement->sql == sql && !statement->in_use &&
                    strcmp(sqlite3_sql(statement->sqlite), sql) == 0) {
                        statement->in_use = true;
                        *out = statement;
                        return 0;
                }

        statement = calloc(1, sizeof(*statement));
        if (!statement)
                return -ENOMEM;
        r = sqlite3_prepare_v3(database->sqlite, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement->sqlite, &tail);
        if (r != SQLITE_OK || !statement->sqlite || *tail != '\0') {
                statement_free(statement);
                r = database_result(database, r);
                return r < 0 ? r : -ENOTRECOVERABLE; /* empty, or more than one statement */
        }
        statement->database = database;
        statement->sql = sql;
        statement->in_use = true;
        statement->next = *bucket;
        *bucket = statement;
        *out = statement;
        return 0;
}

Statement *statement_release(Statement *statement)
{
        if (!statement)
                return NULL;
        (void)statement_reset(statement);
        sqlite3_clear_bindings(statement->sqlite); /* their destructor wipes them */
        statement->in_use = false;
        return NULL;
}

void statement_releasep(Statement **statement)
{
        *statement = statement_release(*statement);
}

static int keep_error(Statement *s, int r)
{
        if (r < 0 && s->error == 0)
                s->error = r;
        return r;
}

/* A bound value's copy, with its size in front so that it can be wiped. */
typedef struct BoundValue {
        size_t size;
        uint8_t bytes[];
} BoundValue;

static void bound_value_free(void *bytes)
{
        BoundValue *value = (BoundValue *)(void *)((uint8_t *)bytes - offsetof(BoundValue, bytes));

        sodium_memzero(value, sizeof(*value) + value->size);
        free(value);
}

static uint8_t *bound_value_new(const void *data, size_t size)
{
        BoundValue *value;

        value = malloc(sizeof(*value) + size + 1);
        if (!value)
                return NULL;
        value->size = size;
        if (size > 0)
                memcpy(value->bytes, data, size);
        value->bytes[size] = '\0';
        return value->bytes;
}

/* The parameter's number, or a negative errno, kept. */
static int parameter(Statement *s, const char *name)
{
        int index = sqlite3_bind_parameter_index(s->sqlite, name);

        return index > 0 ? index : keep_error(s, -ENOTRECOVERABLE);
}

static int bind_result(Statement *s, int result)
{
        return keep_error(s, database_result(s->database, result));
}

int statement_bind_int64(Statement *s, const char *name, int64_t value)
{
        int index = parameter(s, name);

        return index < 0 ? index : bind_result(s, sqlite3_bind_int64(s->sqlite, index, value));
}

int statement_bind_null(Statement *s, const char *name)
{
        int index = parameter(s, name);

        return index < 0 ? index : bind_result(s, sqlite3_bind_null(s->sqlite, index));
}

int statement_bind_text(Statement *s, const char *name, const char *value)
{
        return statement_bind_text_n(s, name, value, value ? strlen(value) : 0);
}

int statement_bind_text_n(Statement *s, const char *name, const char *value, size_t size)
{
        int index = parameter(s, name);
        uint8_t *copy;

        if (index < 0)
                return index;
        if (!value)
                return bind_result(s, sqlite3_bind_null(s->sqlite, index));
        copy = bound_value_new(value, size);
        if (!copy)
                return keep_error(s, -ENOMEM);
        return bind_result(s, sqlite3_bind_text64(s->sqlite, index, (const char *)copy, size, bound_value_free,
                                                  SQLITE_UTF8));
}

int statement_bind_blob(Statement *s, const char *name, const void *value, size_t size)
{
        int index = parameter(s, name);
        uint8_t *copy;

        if (index < 0)
                return index;
        if (!value)
                return bind_result(s, sqlite3_bind_null(s->sqlite, index));
        copy = bound_value_new(value, size);
        if (!copy)
                return keep_error(s, -ENOMEM);
        return bind_result(s, sqlite3_bind_blob64(s->sqlite, index, copy, size, bound_value_free));
}

int statement_step(Statement *s)
{
        int r;

        s->has_row = false;
        if (s->error < 0)
                return s->error;
        r = sqlite3_step(s->sqlite);
        if (r == SQLITE_ROW) {
                s->has_row = true;
                return 1;
        }
        return database_result(s->database, r);
}

int statement_reset(Statement *s)
{
        s->has_row = false;
        s->error = 0;
        sqlite3_reset(s->sqlite); /* repeats the last step's error, which that step returned */
        return 0;
}

int statement_run(Statement *s)
{
        int r;

        r = statement_step(s);
        statement_reset(s);
        return r > 0 ? -ENOTRECOVERABLE : r;
}

/* The column's number in the current row, or a negative errno, kept. */
static int column(Statement *s, const char *name)
{
        int count = sqlite3_column_count(s->sqlite);

        if (s->has_row)
                for (int i = 0; i < count; i++) {
                        const char *found = sqlite3_column_name(s->sqlite, i);

                        if (found && strcmp(found, name) == 0)
                                return i;
                }
        return keep_error(s, -ENOTRECOVERABLE);
}

int statement_column_int64(Statement *s, const char *name, int64_t *out)
{
        int index = column(s, name);

        if (index < 0)
                return index;
        switch (sqlite3_column_type(s->sqlite, index)) {
        case SQLITE_INTEGER:
                *out = sqlite3_column_int64(s->sqlite, index);
                return 0;
        case SQLITE_NULL:
                return keep_error(s, -ENODATA);
        default:
                return keep_error(s, -ENOTRECOVERABLE);
        }
}

int statement_column_text(Statement *s, const char *name, const char **out)
{
        int index = column(s, name);

        if (index < 0)
                return index;
        *out = (const char *)sqlite3_column_text(s->sqlite, index);
        if (!*out && sqlite3_column_type(s->sqlite, index) != SQLITE_NULL)
                return keep_error(s, -ENOMEM);
        return 0;
}

int statement_column_blob(Statement *s, const char *name, const uint8_t **out, size_t *size_out)
{
        static const uint8_t empty[1];
        int index = column(s, name);

        if (index < 0)
                return index;
        *out = sqlite3_column_blob(s->sqlite, index);
        *size_out = (size_t)sqlite3_column_bytes(s->sqlite, index);
        /* SQLite gives NULL for an empty blob too. */
        if (!*out && sqlite3_column_type(s->sqlite, index) != SQLITE_NULL) {
                if (sqlite3_errcode(sqlite3_db_handle(s->sqlite)) == SQLITE_NOMEM)
                        return keep_error(s, -ENOMEM);
                *out = empty;
        }
        return 0;
}

bool statement_column_is_null(Statement *s, const char *name)
{
        int index = column(s, name);

        return index < 0 || sqlite3_column_type(s->sqlite, index) == SQLITE_NULL;
}
