/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "storage/database.h"

/*
 * An append-only array of SQL scripts: entry i takes the schema from version i to i + 1 (PRAGMA user_version), each
 * in a transaction of its own. application_id tells this kind of database from others.
 */
typedef struct Migrations {
        int32_t application_id;
        const char *const *scripts;
        size_t count;
} Migrations;

/* -EKEYREJECTED: another kind of database. -EPROTONOSUPPORT: made by a newer version of this program. */
int database_migrate(Database *database, const Migrations *migrations);
