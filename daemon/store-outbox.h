/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/store.h"
#include "e2ee/content.h"
#include "wire/limits.h"

/*
 * What waits for the server, in order. An entry is a message, an encoded content, or a session reset; it is
 * *waiting* until it is encrypted. Entries of one contact are encrypted in order, so no encrypted one stands behind a waiting
 * one.
 */
typedef struct EnvelopeId {
        uint8_t bytes[WIRE_ENVELOPE_ID_SIZE];
} EnvelopeId;

typedef struct OutboxEntry {
        int64_t number;
        int64_t contact;
        uint64_t message;   /* its number; 0: none */
        uint32_t device_id; /* these three: once it is encrypted */
        EnvelopeId envelope_id;
        const uint8_t *envelope; /* good only within each() */
        size_t envelope_size;
        const char *recipient; /* user name; likewise */
} OutboxEntry;

enum { STORE_OUTBOX_NONE = 1 };

/* These add it waiting. */
int store_outbox_add_message(Store *store, int64_t contact, uint64_t message, int64_t *number_out);
int store_outbox_add_content(Store *store, int64_t contact, const uint8_t *content, size_t size,
                             int64_t *number_out);
/* An entry that leaves even while the contact's new key is not accepted, sealed for that key. */
int store_outbox_set_ahead(Store *store, int64_t number);
int store_outbox_delete_ahead(Store *store, int64_t contact); /* all such */
int store_outbox_add_reset(Store *store, int64_t contact);
int store_outbox_set_envelope(Store *store, int64_t number, uint32_t device_id,
                              const EnvelopeId *envelope_id, const uint8_t *envelope, size_t size);
int store_outbox_delete(Store *store, int64_t number);
/* The entry of a message; 0 or STORE_OUTBOX_NONE. Gives neither envelope nor recipient. */
int store_outbox_find_message(Store *store, uint64_t message, OutboxEntry *out);
/* This entry, a content, is about this message, and goes when all that is about it goes. */
int store_outbox_set_about(Store *store, int64_t number, uint64_t message);
int store_outbox_delete_about(Store *store, uint64_t message);
/* All entries of a contact wait again, to be encrypted anew. */
int store_outbox_unseal(Store *store, int64_t contact);

/* The encoded content of an entry, malloc()ed, to be wiped; STORE_OUTBOX_NONE: it is a session reset. */
int store_outbox_content(Store *store, int64_t number, uint8_t **out, size_t *size_out);

/* Encrypted entries in order; stops at the first result of each() that is not 0, and returns it. */
int store_outbox_each_ready(Store *store, int (*each)(void *userdata, const OutboxEntry *entry),
                            void *userdata);
/* 0 or STORE_OUTBOX_NONE. Gives neither envelope nor recipient. */
int store_outbox_find(Store *store, const EnvelopeId *envelope_id, OutboxEntry *out);
/* The first waiting entry of a contact that may be sealed now: while their new key is not accepted, only those that
 * go ahead. 0 or STORE_OUTBOX_NONE. */
int store_outbox_first_waiting(Store *store, int64_t contact, OutboxEntry *out);
/* The first entry of a contact, waiting or not; as store_outbox_find(). */
int store_outbox_first(Store *store, int64_t contact, OutboxEntry *out);
int store_outbox_has_reset(Store *store, int64_t contact, bool *out);

/* Contacts with waiting entries to whom sending has not stopped; as each_ready(). */
int store_outbox_each_waiting_contact(Store *store, int (*each)(void *userdata, int64_t contact),
                                      void *userdata);

int store_outbox_count_messages(Store *store, uint32_t *out);

/* The number of the newest entry, or 0; and how many from first to last are there. */
int store_outbox_last(Store *store, int64_t *out);
int store_outbox_count_between(Store *store, int64_t first, int64_t last, uint32_t *out);
