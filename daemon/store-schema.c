/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>

#include "daemon/store.h"
#include "storage/migration.h"

/* Append only: what has been released is never edited. Times are milliseconds since 1970. */
static const char *const scripts[] = {
                /* One account: one row. */
                "CREATE TABLE account ("
                "    id INTEGER PRIMARY KEY CHECK (id = 1),"
                "    user_name TEXT NOT NULL,"
                "    server TEXT NOT NULL,"
                "    server_pin TEXT,"
                "    insecure_loopback INTEGER NOT NULL,"
                "    device_id INTEGER NOT NULL," /* 0 until the server has said it */
                "    identity BLOB NOT NULL,"
                "    auth_public_key BLOB NOT NULL,"
                "    auth_secret_key BLOB NOT NULL,"
                "    sequence INTEGER NOT NULL DEFAULT 0," /* the mailbox is read up to here */
                "    rejected INTEGER NOT NULL DEFAULT 0,"
                "    next_prekey INTEGER NOT NULL DEFAULT 1"
                ") STRICT;"

                "CREATE TABLE prekey ("
                "    kind INTEGER NOT NULL,"
                "    id INTEGER NOT NULL,"
                "    created INTEGER NOT NULL,"
                "    uploaded INTEGER NOT NULL DEFAULT 0,"
                "    secret BLOB NOT NULL,"
                "    PRIMARY KEY (kind, id)"
                ") STRICT;"

                /* The base keys that started a session without a one-time prekey: none may do so twice. */
                "CREATE TABLE last_resort_use ("
                "    base_key BLOB PRIMARY KEY,"
                "    prekey INTEGER NOT NULL"
                ") STRICT, WITHOUT ROWID;"
                "CREATE INDEX last_resort_use_prekey ON last_resort_use (prekey);"

                "CREATE TABLE contact ("
                "    id INTEGER PRIMARY KEY,"
                "    name TEXT NOT NULL UNIQUE,"
                "    created INTEGER NOT NULL,"
                "    identity BLOB,"                        /* the accepted one */
                "    new_identity BLOB,"                    /* one that nobody has accepted yet */
                "    safety_number TEXT,"                   /* of the new one, if there is one */
                "    device_id INTEGER NOT NULL DEFAULT 0," /* to which we send; 0: ask the server */
                "    last_reset INTEGER NOT NULL DEFAULT 0"
                ") STRICT;"

                "CREATE TABLE peer ("
                "    contact INTEGER NOT NULL REFERENCES contact (id) ON DELETE CASCADE,"
                "    device_id INTEGER NOT NULL,"
                "    state BLOB NOT NULL,"
                "    PRIMARY KEY (contact, device_id)"
                ") STRICT;"

                "CREATE TABLE message ("
                "    number INTEGER PRIMARY KEY AUTOINCREMENT,"
                "    id BLOB NOT NULL UNIQUE,"
                "    contact INTEGER NOT NULL REFERENCES contact (id),"
                "    outgoing INTEGER NOT NULL,"
                "    kind TEXT NOT NULL,"
                "    text TEXT,"
                "    sent INTEGER NOT NULL,"
                "    received INTEGER NOT NULL,"
                "    state TEXT NOT NULL,"
                "    reason TEXT,"
                "    retry_at INTEGER"
                ") STRICT;"
                "CREATE INDEX message_contact ON message (contact, number);"

                /* What waits for the server. envelope is NULL until it is encrypted; message is NULL for a
                   session reset. */
                "CREATE TABLE outbox ("
                "    number INTEGER PRIMARY KEY AUTOINCREMENT,"
                "    contact INTEGER NOT NULL REFERENCES contact (id),"
                "    message INTEGER REFERENCES message (number),"
                "    envelope_id BLOB UNIQUE,"
                "    device_id INTEGER,"
                "    envelope BLOB"
                ") STRICT;"
                "CREATE INDEX outbox_contact ON outbox (contact, number);"

                "CREATE TABLE event ("
                "    number INTEGER PRIMARY KEY AUTOINCREMENT,"
                "    time INTEGER NOT NULL,"
                "    kind TEXT NOT NULL,"
                "    contact INTEGER REFERENCES contact (id),"
                "    message INTEGER REFERENCES message (number)"
                ") STRICT;",

                /* An outbox is asked for what waits and for what is ready, again and again, and may be long. */
                "CREATE INDEX outbox_waiting ON outbox (contact, number) WHERE envelope IS NULL;"
                "CREATE INDEX outbox_ready ON outbox (number) WHERE envelope IS NOT NULL;"
                "CREATE INDEX outbox_message ON outbox (message);",

                "CREATE TABLE setting ("
                "    name TEXT PRIMARY KEY,"
                "    value TEXT NOT NULL"
                ") STRICT, WITHOUT ROWID;",

                /* An entry that is no message of its own, such as a receipt, has its encoded content here. */
                "ALTER TABLE outbox ADD COLUMN content BLOB;",

                /* The ID of the message that it answers, which need not be here. */
                "ALTER TABLE message ADD COLUMN reply_to BLOB;",

                /* See store-search.h. The messages that are there already are indexed by and by: rules is none
                   that the program knows. */
                "CREATE TABLE search_posting ("
                "    chunk INTEGER NOT NULL,"
                "    word TEXT NOT NULL,"
                "    messages BLOB NOT NULL," /* see search-posting.h */
                "    PRIMARY KEY (chunk, word)"
                ") STRICT, WITHOUT ROWID;"
                "CREATE TABLE search_state ("
                "    id INTEGER PRIMARY KEY CHECK (id = 1),"
                "    rules TEXT NOT NULL,"
                "    unindexed INTEGER NOT NULL" /* messages up to this number are not in the index */
                ") STRICT;"
                "INSERT INTO search_state (id, rules, unindexed) VALUES (1, '', 0);",

                /* The edit that made the text what it is, and how many there were. What waits in the outbox and is
                   about a message says so, and goes with it. */
                "ALTER TABLE message ADD COLUMN edited INTEGER;"
                "ALTER TABLE message ADD COLUMN edit_id BLOB;"
                "ALTER TABLE message ADD COLUMN edits INTEGER NOT NULL DEFAULT 0;"
                "ALTER TABLE outbox ADD COLUMN about INTEGER;"
                "CREATE INDEX outbox_about ON outbox (about) WHERE about IS NOT NULL;",

                /* Who is whose: those whom one knew before this are accepted. When they became what they are tells
                   when somebody who was declined may ask again. */
                "ALTER TABLE contact ADD COLUMN relation TEXT NOT NULL DEFAULT 'accepted';"
                "ALTER TABLE contact ADD COLUMN relation_since INTEGER NOT NULL DEFAULT 0;"
                "ALTER TABLE contact ADD COLUMN blocked INTEGER NOT NULL DEFAULT 0;"
                "CREATE INDEX contact_request ON contact (id) WHERE relation = 'request' AND blocked = 0;"
                "CREATE INDEX event_message ON event (message) WHERE message IS NOT NULL;",

                /* One row for each person who reacted; emoji is empty where it was taken back. */
                "CREATE TABLE reaction ("
                "    message INTEGER NOT NULL REFERENCES message (number) ON DELETE CASCADE,"
                "    person TEXT NOT NULL," /* a user name */
                "    emoji TEXT NOT NULL,"
                "    sent INTEGER NOT NULL,"
                "    id BLOB NOT NULL,"
                "    PRIMARY KEY (message, person)"
                ") STRICT, WITHOUT ROWID;",

                /* When and how a contact was verified; what came under a key that nobody had accepted. */
                "ALTER TABLE contact ADD COLUMN verified INTEGER;"
                "ALTER TABLE contact ADD COLUMN verified_how TEXT;"
                "ALTER TABLE message ADD COLUMN unaccepted_key INTEGER NOT NULL DEFAULT 0;"

                /* An exchange of emoji with a contact, or the last one: its secrets go when it ends. */
                "CREATE TABLE verification ("
                "    contact INTEGER PRIMARY KEY REFERENCES contact (id) ON DELETE CASCADE,"
                "    exchange BLOB NOT NULL,"
                "    started_here INTEGER NOT NULL,"
                "    state TEXT NOT NULL,"
                "    last_step INTEGER NOT NULL,"
                "    identity BLOB NOT NULL," /* of the contact, which it is about */
                "    secret BLOB,"
                "    commitment BLOB,"
                "    remote_key BLOB,"
                "    confirmed_there INTEGER NOT NULL DEFAULT 0"
                ") STRICT;"
                /* It leaves while the contact's new key is not accepted: steps of an exchange about that key. */
                "ALTER TABLE outbox ADD COLUMN ahead INTEGER NOT NULL DEFAULT 0;",

                /* A new session is wanted. */
                "ALTER TABLE contact ADD COLUMN renewal INTEGER NOT NULL DEFAULT 0;"
                "CREATE INDEX contact_renewal ON contact (id) WHERE renewal = 1;",

                /* The file of a message: its blob is `file` in the folder of attachments, as it is on the server. What
                   of it is left to be cleared away is noted by whatever deletes it, in the same transaction. */
                "CREATE TABLE attachment ("
                "    message INTEGER PRIMARY KEY REFERENCES message (number) ON DELETE CASCADE,"
                "    owns_blob INTEGER NOT NULL," /* we have put it on the server, and are to clear it away */
                "    file TEXT NOT NULL UNIQUE,"
                "    blob_id BLOB NOT NULL,"
                "    key BLOB NOT NULL,"
                "    hash BLOB NOT NULL,"
                "    size INTEGER NOT NULL,"
                "    name TEXT NOT NULL,"
                "    media_type TEXT NOT NULL,"
                "    thumbnail BLOB,"
                "    width INTEGER NOT NULL,"
                "    height INTEGER NOT NULL,"
                "    transfer TEXT NOT NULL,"
                "    problem TEXT"
                ") STRICT;"
                "CREATE INDEX attachment_transfer ON attachment (transfer, message);"
                "CREATE TABLE attachment_garbage ("
                "    file TEXT PRIMARY KEY,"
                "    blob_id BLOB" /* of one that we have put on the server */
                ") STRICT, WITHOUT ROWID;"
                "CREATE TRIGGER attachment_deleted AFTER DELETE ON attachment BEGIN"
                "    INSERT OR IGNORE INTO attachment_garbage (file, blob_id)"
                "        VALUES (old.file, CASE WHEN old.owns_blob THEN old.blob_id END);"
                "END;",

                /* What the sender of a message has been told of it: 0 nothing, 1 that it is here, 2 that it was read,
                   or that there is nothing to tell. What is here already counts as read, and as told. Then how much a
                   person shows of themselves to a contact: 0 as in general, 1 no, 2 yes. */
                "ALTER TABLE message ADD COLUMN told INTEGER NOT NULL DEFAULT 2;"
                "UPDATE message SET state = 'read' WHERE outgoing = 0;"
                "CREATE INDEX message_untold ON message (contact, number)"
                "    WHERE told < CASE state WHEN 'read' THEN 2 ELSE 1 END;"
                "CREATE INDEX message_unread ON message (contact, number) WHERE state = 'received' AND told < 2;"
                "ALTER TABLE contact ADD COLUMN read_receipts INTEGER NOT NULL DEFAULT 0;"
                "ALTER TABLE contact ADD COLUMN delivery_receipts INTEGER NOT NULL DEFAULT 0;"
                "ALTER TABLE contact ADD COLUMN presence INTEGER NOT NULL DEFAULT 0;"
                "ALTER TABLE contact ADD COLUMN typing INTEGER NOT NULL DEFAULT 0;",

                /* How long the messages of a conversation stay, in seconds (0: for ever), and by which change. Of a
                   message: how long (of a notice, the new time), and until when, once that has begun. */
                "ALTER TABLE contact ADD COLUMN timer INTEGER NOT NULL DEFAULT 0;"
                "ALTER TABLE contact ADD COLUMN timer_changed INTEGER NOT NULL DEFAULT 0;"
                "ALTER TABLE contact ADD COLUMN timer_id BLOB;"
                "ALTER TABLE message ADD COLUMN timer INTEGER NOT NULL DEFAULT 0;"
                "ALTER TABLE message ADD COLUMN expires INTEGER;"
                "CREATE INDEX message_expires ON message (expires) WHERE expires IS NOT NULL;"
                "CREATE INDEX message_timer ON message (contact, number)"
                "    WHERE outgoing = 0 AND timer > 0 AND expires IS NULL AND kind <> 'timer-change';",
                /* A group is a conversation as a contact is, so it has a row there; what it says besides is said by
                   one of many. standing: see store-group.h. tree and state are the group's session. */
                "ALTER TABLE contact ADD COLUMN is_group INTEGER NOT NULL DEFAULT 0;"
                "ALTER TABLE message ADD COLUMN sender TEXT;"
                "ALTER TABLE message ADD COLUMN subject TEXT;"
                "CREATE TABLE group_session ("
                "    contact INTEGER PRIMARY KEY REFERENCES contact (id) ON DELETE CASCADE,"
                "    group_id BLOB NOT NULL UNIQUE,"
                "    standing TEXT NOT NULL,"
                "    inviter TEXT,"
                "    epoch INTEGER NOT NULL,"
                "    tree BLOB NOT NULL,"
                "    state BLOB NOT NULL,"
                "    behind INTEGER NOT NULL DEFAULT 0," /* commits are missing, which the server is asked for */
                "    refused BLOB" /* the ID of the last commit, where it was refused here */
                ") STRICT;"
                /* A commit of ours, until the server has said what became of it. */
                "CREATE TABLE group_commit ("
                "    contact INTEGER PRIMARY KEY REFERENCES group_session (contact) ON DELETE CASCADE,"
                "    envelope_id BLOB NOT NULL UNIQUE,"
                "    epoch INTEGER NOT NULL,"
                "    payload BLOB NOT NULL,"
                "    welcome BLOB NOT NULL,"
                "    added TEXT NOT NULL," /* user names, a space between them */
                "    removed TEXT NOT NULL,"
                "    in_spite_of BLOB,"
                "    was_late INTEGER NOT NULL DEFAULT 0" /* another one was first, and has yet to come here */
                ") STRICT;"
                /* What came before a commit that it needs. */
                "CREATE TABLE group_held ("
                "    number INTEGER PRIMARY KEY AUTOINCREMENT,"
                "    contact INTEGER NOT NULL REFERENCES group_session (contact) ON DELETE CASCADE,"
                "    envelope_id BLOB NOT NULL,"
                "    payload BLOB NOT NULL"
                ") STRICT;"
                "CREATE INDEX group_held_contact ON group_held (contact, number);"
                /* The session that one comes back with, if the commit of the same group is the first. */
                "CREATE TABLE group_return ("
                "    contact INTEGER PRIMARY KEY REFERENCES group_session (contact) ON DELETE CASCADE,"
                "    tree BLOB NOT NULL,"
                "    state BLOB NOT NULL"
                ") STRICT;"
                /* Groups whose messages the server is to send us no more. */
                "CREATE TABLE group_goodbye (group_id BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;"
                "CREATE TABLE key_package ("
                "    reference BLOB PRIMARY KEY,"
                "    kind INTEGER NOT NULL,"
                "    created INTEGER NOT NULL,"
                "    expires INTEGER NOT NULL,"
                "    uploaded INTEGER NOT NULL DEFAULT 0,"
                "    public BLOB NOT NULL,"
                "    secret BLOB NOT NULL"
                ") STRICT, WITHOUT ROWID;",

                /* Whether anything ever came of a contact: who has not answered us sees nothing of us. Then the tickets of
                   presence: the one that they were given, and the one that they gave. */
                "ALTER TABLE contact ADD COLUMN heard INTEGER NOT NULL DEFAULT 0;"
                "UPDATE contact SET heard = 1 WHERE id IN (SELECT contact FROM message WHERE outgoing = 0);"
                "CREATE TABLE ticket ("
                "    contact INTEGER PRIMARY KEY REFERENCES contact (id) ON DELETE CASCADE,"
                "    shown BLOB,"
                "    watched BLOB"
                ") STRICT;",

                /* What a person has set for a conversation. */
                "ALTER TABLE contact ADD COLUMN muted INTEGER NOT NULL DEFAULT 0;"
                "ALTER TABLE contact ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;"
                "ALTER TABLE contact ADD COLUMN marked_unread INTEGER NOT NULL DEFAULT 0;",

                /* Which groups are behind is looked up with each thing that leaves, and lies behind their trees, which are large. */
                "CREATE INDEX group_session_behind ON group_session (behind) WHERE behind = 1;",
};

int store_migrate(Database *database)
{
        static const Migrations migrations = {
                        .application_id = 0x534d6431, /* "SMd1" */
                        .scripts = scripts,
                        .count = G_N_ELEMENTS(scripts),
        };

        return database_migrate(database, &migrations);
}
