/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "storage/database.h"

/*
 * A prepared statement with typed binds by parameter name and columns by name. Statements are cached in their
 * Database by the address of the literal SQL (so `sql` must be a string literal), and go back there by
 * statement_release(): preparing again costs a lookup.
 *
 *     __attribute__((cleanup(statement_releasep))) Statement *s = NULL;
 *     r = statement_prepare(db, &s, "SELECT name, created FROM contact WHERE id = :id");
 *     statement_bind_int64(s, ":id", id);
 *     while ((r = statement_step(s)) > 0)
 *             statement_column_text(s, "name", &name);
 *
 * A bind or column call that fails makes the following statement_step() fail with the same error, so its result
 * need not be looked at each time; an unknown parameter or column is -ENOTRECOVERABLE.
 */
typedef struct Statement Statement;

int statement_prepare(Database *database, Statement **out, const char *sql);
Statement *statement_release(Statement *statement); /* resets it, clears and wipes its bindings */
void statement_releasep(Statement **statement);

int statement_bind_int64(Statement *s, const char *name, int64_t value);
int statement_bind_text(Statement *s, const char *name, const char *value);              /* NULL binds NULL; copied */
int statement_bind_text_n(Statement *s, const char *name, const char *value, size_t size);
int statement_bind_blob(Statement *s, const char *name, const void *value, size_t size); /* NULL binds NULL; copied */
int statement_bind_null(Statement *s, const char *name);

/* 1: a row; 0: done; negative errno, as in storage/database.h. */
int statement_step(Statement *s);
/* For what returns no rows: steps once, expects done, resets for the next binds. */
int statement_run(Statement *s);
int statement_reset(Statement *s); /* to step again with other binds */

/*
 * Columns of the current row. Pointers are good until the next step, reset or release. A NULL column gives NULL and
 * size 0 for text and blob, and is -ENODATA for int64 (is_null() asks).
 */
int statement_column_int64(Statement *s, const char *name, int64_t *out);
int statement_column_text(Statement *s, const char *name, const char **out);
int statement_column_blob(Statement *s, const char *name, const uint8_t **out, size_t *size_out);
bool statement_column_is_null(Statement *s, const char *name);
