/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/database.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "storage/database-private.h"
#include "storage/wiping-memory.h"

enum { BUSY_TIMEOUT_MS = 5000 };

/* With these modes, and not those of the umask; SQLite gives its log and journal the same. */
static int create_file(const char *path)
{
        int fd;

        fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0)
                return errno == EEXIST ? 0 : -errno;
        close(fd);
        return 0;
}

static int check_file(const char *path, unsigned flags)
{
        if (flags & DATABASE_CREATE)
                return create_file(path);
        return access(path, F_OK) < 0 ? -errno : 0;
}

static int open_flags(const Database *database, unsigned flags)
{
        int result = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE;

        /* An exclusive lock needs a file that is open for writing; query_only then keeps it as it is. */
        if ((flags & DATABASE_READ_ONLY) && !(flags & DATABASE_EXCLUSIVE))
                return result | SQLITE_OPEN_READONLY;
        result |= SQLITE_OPEN_READWRITE;
        if (flags & DATABASE_CREATE)
                result |= SQLITE_OPEN_CREATE;
        return result;
}

static int configure_connection(Database *database)
{
        static const struct {
                int option, value;
        } options[] = {
                { SQLITE_DBCONFIG_DEFENSIVE, 1 },      { SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
                { SQLITE_DBCONFIG_ENABLE_FKEY, 1 },    { SQLITE_DBCONFIG_DQS_DML, 0 },
                { SQLITE_DBCONFIG_DQS_DDL, 0 },        { SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0 },
        };
        int r;

        for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
                r = sqlite3_db_config(database->sqlite, options[i].option, options[i].value, NULL);
                if (r != SQLITE_OK)
                        return database_result(database, r);
        }
        return 0;
}

/* The mode is the one row that the pragma returns; where it cannot be had, that is the old one. */
static int use_wal(Database *database)
{
        sqlite3_stmt *statement = NULL;
        const unsigned char *mode;
        int r;

        r = sqlite3_prepare_v2(database->sqlite, "PRAGMA journal_mode = WAL", -1, &statement, NULL);
        if (r == SQLITE_OK)
                r = sqlite3_step(statement);
        if (r != SQLITE_ROW) {
                r = database_result(database, r);
                sqlite3_finalize(statement);
                return r < 0 ? r : -ENOTSUP;
        }
        mode = sqlite3_column_text(statement, 0);
        r = mode && strcmp((const char *)mode, "wal") == 0 ? 0 : -ENOTSUP;
        sqlite3_finalize(statement);
        return r;
}

static int configure(Database *database, unsigned flags)
{
        int r;

        r = configure_connection(database);
        if (r < 0)
                return r;
        /* Before the first access, so that the index of the log never becomes a file. */
        if (flags & DATABASE_EXCLUSIVE)
                r = database_exec(database, "PRAGMA locking_mode = EXCLUSIVE");
        else
                r = database_result(database, sqlite3_busy_timeout(database->sqlite, BUSY_TIMEOUT_MS));
        if (r < 0)
                return r;
        r = database_exec(database, "PRAGMA page_size = 4096;"
                                    "PRAGMA temp_store = MEMORY;"
                                    "PRAGMA mmap_size = 0;"
                                    "PRAGMA cell_size_check = ON;"
                                    "PRAGMA secure_delete = ON;"
                                    "PRAGMA synchronous = FULL");
        if (r < 0)
                return r;
        if (!(flags & DATABASE_READ_ONLY))
                return use_wal(database);
        /* Reads something, so that a wrong key or a damaged file is found here. */
        r = database_exec(database, "SELECT count(*) FROM sqlite_schema");
        if (r < 0)
                return r;
        return database_exec(database, "PRAGMA query_only = ON");
}

int database_open(const char *path, const DatabaseKey *key, unsigned flags, Database **out)
{
        __attribute__((cleanup(database_closep))) Database *database = NULL;
        int r;

        if ((flags & DATABASE_CREATE) && (flags & DATABASE_READ_ONLY))
                return -EINVAL;
        r = wiping_memory_install();
        if (r < 0)
                return r;
        r = check_file(path, flags);
        if (r < 0)
                return r;

        database = calloc(1, sizeof(*database));
        if (!database)
                return -ENOMEM;
        if (key) {
                flags |= DATABASE_EXCLUSIVE;
                r = cipher_vfs_new(key, &database->vfs);
                if (r < 0)
                        return r;
        }
        r = sqlite3_open_v2(path, &database->sqlite, open_flags(database, flags),
                            database->vfs ? cipher_vfs_name(database->vfs) : NULL);
        if (r != SQLITE_OK)
                return database_result(database, r);
        r = configure(database, flags);
        if (r < 0)
                return r;
        *out = database;
        database = NULL;
        return 0;
}

Database *database_close(Database *database)
{
        if (!database)
                return NULL;
        statements_finalize(database);
        sqlite3_close(database->sqlite);
        cipher_vfs_free(database->vfs);
        free(database);
        return NULL;
}

void database_closep(Database **database)
{
        *database = database_close(*database);
}

int database_exec(Database *database, const char *sql)
{
        return database_result(database, sqlite3_exec(database->sqlite, sql, NULL, NULL, NULL));
}

int database_checkpoint(Database *database)
{
        int r;

        r = sqlite3_wal_checkpoint_v2(database->sqlite, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
        return database_result(database, r);
}

int database_restart_log(Database *database, unsigned wait_ms)
{
        int r;

        sqlite3_busy_timeout(database->sqlite, (int)wait_ms);
        r = sqlite3_wal_checkpoint_v2(database->sqlite, NULL, SQLITE_CHECKPOINT_RESTART, NULL, NULL);
        sqlite3_busy_timeout(database->sqlite, BUSY_TIMEOUT_MS);
        return database_result(database, r);
}

int database_check(Database *database)
{
        __attribute__((cleanup(statement_releasep))) Statement *statement = NULL;
        const char *finding = NULL;
        int r;

        r = statement_prepare(database, &statement, "PRAGMA quick_check(1)");
        if (r < 0)
                return r;
        r = statement_step(statement);
        if (r < 0)
                return r;
        r = statement_column_text(statement, "quick_check", &finding);
        if (r < 0)
                return r;
        return finding && strcmp(finding, "ok") == 0 ? 0 : -EBADMSG;
}

int64_t database_last_insert_id(const Database *database)
{
        return sqlite3_last_insert_rowid(database->sqlite);
}

int64_t database_changes(const Database *database)
{
        return sqlite3_changes64(database->sqlite);
}
