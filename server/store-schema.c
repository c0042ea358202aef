/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/store-sqlite.h"

/*
 * device.mailbox is never used twice (AUTOINCREMENT), so an ack or a read that comes late for a device that
 * was replaced finds nothing. envelope.position is mailbox << 35 | sequence.
 */
static const char *const scripts[] = {
                "CREATE TABLE account ("
                "  number INTEGER PRIMARY KEY,"
                "  name TEXT NOT NULL UNIQUE,"
                "  salt BLOB NOT NULL,"
                "  passes INTEGER NOT NULL,"
                "  memory_kib INTEGER NOT NULL,"
                "  auth_hash TEXT NOT NULL,"
                "  last_device_id INTEGER NOT NULL,"
                "  created_ms INTEGER NOT NULL"
                ") STRICT;"
                "CREATE TABLE device ("
                "  mailbox INTEGER PRIMARY KEY AUTOINCREMENT,"
                "  account INTEGER NOT NULL REFERENCES account(number),"
                "  device_id INTEGER NOT NULL,"
                "  auth_public_key BLOB NOT NULL,"
                "  identity BLOB NOT NULL,"
                "  signed_prekey BLOB NOT NULL,"
                "  last_resort_prekey BLOB NOT NULL,"
                "  sequence_reserved INTEGER NOT NULL DEFAULT 0,"
                "  created_ms INTEGER NOT NULL,"
                "  UNIQUE (account, device_id)"
                ") STRICT;"
                "CREATE TABLE one_time_prekey ("
                "  mailbox INTEGER NOT NULL REFERENCES device(mailbox) ON DELETE CASCADE,"
                "  id INTEGER NOT NULL,"
                "  key BLOB NOT NULL,"
                "  PRIMARY KEY (mailbox, id)"
                ") STRICT, WITHOUT ROWID;"
                "CREATE TABLE envelope ("
                "  position INTEGER PRIMARY KEY,"
                "  id BLOB NOT NULL,"
                "  sender TEXT NOT NULL,"
                "  sender_device INTEGER NOT NULL,"
                "  stored_ms INTEGER NOT NULL,"
                "  payload BLOB NOT NULL"
                ") STRICT;"
                "CREATE TABLE recent ("
                "  number INTEGER PRIMARY KEY,"
                "  stored_ms INTEGER NOT NULL,"
                "  hashes BLOB NOT NULL"
                ") STRICT;"
                "CREATE TABLE used_invitation ("
                "  hash BLOB NOT NULL PRIMARY KEY,"
                "  account INTEGER NOT NULL REFERENCES account(number)"
                ") STRICT, WITHOUT ROWID;",
                /* One row, kept by the transactions that change what it counts. */
                "CREATE TABLE waiting ("
                "  only INTEGER PRIMARY KEY CHECK (only = 1),"
                "  envelopes INTEGER NOT NULL,"
                "  mailboxes INTEGER NOT NULL"
                ") STRICT;"
                "INSERT INTO waiting (only, envelopes, mailboxes) "
                "SELECT 1, count(*), count(DISTINCT position >> 35) FROM envelope;",
                /* Accounts can be deleted: their names are kept for a while, and their invitations stay used. */
                "CREATE TABLE reserved_name ("
                "  name TEXT NOT NULL PRIMARY KEY,"
                "  since_ms INTEGER NOT NULL"
                ") STRICT, WITHOUT ROWID;"
                "CREATE TABLE spent_invitation (hash BLOB NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID;"
                "INSERT INTO spent_invitation SELECT hash FROM used_invitation;"
                "DROP TABLE used_invitation;"
                "ALTER TABLE spent_invitation RENAME TO used_invitation;",
                /*
                 * Groups. What goes to many is stored once: an envelope with a `shared` is empty but for its place. `uses` counts those
                 * envelopes, and the row of group_commit; it is a table of its own because payloads are large. A group's `latest`
                 * is a number of group_commit, whose rows go with time; group_change has what that commit changed.
                 */
                "CREATE TABLE chat_group ("
                "  number INTEGER PRIMARY KEY AUTOINCREMENT,"
                "  id BLOB NOT NULL UNIQUE,"
                "  epoch INTEGER NOT NULL,"
                "  latest INTEGER NOT NULL"
                ") STRICT;"
                "CREATE INDEX chat_group_latest ON chat_group (latest);"
                "CREATE TABLE group_member ("
                "  chat_group INTEGER NOT NULL REFERENCES chat_group(number) ON DELETE CASCADE,"
                "  account INTEGER NOT NULL REFERENCES account(number) ON DELETE CASCADE,"
                "  since INTEGER NOT NULL," /* the commit that added it */
                "  PRIMARY KEY (chat_group, account)"
                ") STRICT, WITHOUT ROWID;"
                "CREATE INDEX group_member_account ON group_member (account);"
                "CREATE TABLE shared ("
                "  number INTEGER PRIMARY KEY AUTOINCREMENT,"
                "  chat_group BLOB NOT NULL," /* its ID: the group may be gone before it */
                "  id BLOB NOT NULL,"
                "  sender TEXT NOT NULL,"
                "  sender_device INTEGER NOT NULL,"
                "  payload BLOB NOT NULL"
                ") STRICT;"
                "CREATE TABLE shared_uses ("
                "  shared INTEGER PRIMARY KEY REFERENCES shared(number),"
                "  uses INTEGER NOT NULL"
                ") STRICT;"
                "CREATE TABLE group_commit ("
                "  number INTEGER PRIMARY KEY AUTOINCREMENT,"
                "  chat_group INTEGER NOT NULL REFERENCES chat_group(number) ON DELETE CASCADE,"
                "  epoch INTEGER NOT NULL,"
                "  stored_ms INTEGER NOT NULL,"
                "  shared INTEGER NOT NULL" /* no REFERENCES: it would be looked for with each shared that goes */
                ") STRICT;"
                "CREATE INDEX group_commit_group ON group_commit (chat_group, number);"
                "CREATE TABLE group_change ("
                "  chat_group INTEGER NOT NULL REFERENCES chat_group(number) ON DELETE CASCADE,"
                "  account INTEGER NOT NULL REFERENCES account(number) ON DELETE CASCADE,"
                "  added INTEGER NOT NULL,"
                "  since INTEGER NOT NULL," /* of one who was removed: as it was */
                "  PRIMARY KEY (chat_group, account)"
                ") STRICT, WITHOUT ROWID;"
                "CREATE INDEX group_change_account ON group_change (account);"
                "CREATE TABLE key_package ("
                "  number INTEGER PRIMARY KEY,"
                "  mailbox INTEGER NOT NULL REFERENCES device(mailbox) ON DELETE CASCADE,"
                "  last_resort INTEGER NOT NULL,"
                "  package BLOB NOT NULL"
                ") STRICT;"
                "CREATE INDEX key_package_mailbox ON key_package (mailbox, last_resort, number);"
                "ALTER TABLE envelope ADD COLUMN shared INTEGER;",
};

const Migrations store_migrations = {
                .application_id = 0x534d5356, /* SMSV */
                .scripts = scripts,
                .count = sizeof(scripts) / sizeof(scripts[0]),
};
