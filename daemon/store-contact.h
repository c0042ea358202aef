/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/store.h"
#include "e2ee/fingerprint.h"
#include "e2ee/identity.h"
#include "wire/limits.h"

/* Blocking comes on top of it, so that nobody is more than before after an unblock. */
typedef enum ContactRelation {
        CONTACT_REQUEST,  /* has written, and nobody has said anything to it */
        CONTACT_ACCEPTED, /* somebody here has accepted them, or has written to them */
        CONTACT_DECLINED,
} ContactRelation;

/* What one can show of oneself, and what a person has decided about it for one contact. */
typedef enum ContactPrivacy {
        PRIVACY_READ_RECEIPTS,
        PRIVACY_DELIVERY_RECEIPTS,
        PRIVACY_PRESENCE,
        PRIVACY_TYPING,
        PRIVACY_COUNT,
} ContactPrivacy;

typedef enum ContactChoice {
        CHOICE_DEFAULT, /* as the settings say */
        CHOICE_NO,
        CHOICE_YES,
} ContactChoice;

/* What a person has set for the conversation with a contact. */
typedef enum ContactMark {
        MARK_MUTED,  /* makes no noise, and does not count in the total of what is unread */
        MARK_PINNED, /* to be shown first */
        MARK_UNREAD, /* as if there was something to read, until it is read again */
        MARK_COUNT,
} ContactMark;

/* Bytes of a conversation's name: a user name, or the name of a group behind a plus sign. */
enum { CONTACT_NAME_MAX = 160 };

/* Somebody one has written to, or who has written; or a group, of which store-group.h has the rest. */
typedef struct Contact {
        int64_t id;
        char name[CONTACT_NAME_MAX + 1];
        bool is_group;
        uint64_t created_ms;
        bool has_identity; /* the accepted one */
        PublicIdentity identity;
        bool key_changed; /* there is a new one, which nobody has accepted: nothing is sent */
        PublicIdentity new_identity;
        char safety_number[SAFETY_NUMBER_SIZE]; /* of the newest identity; "" while none is known */
        uint32_t device_id;                     /* to which we send; 0: to be asked of the server */
        uint64_t last_reset_ms;
        ContactRelation relation;
        uint64_t relation_since_ms;
        bool blocked;
        bool heard; /* something of theirs has come at least once */
        ContactChoice choices[PRIVACY_COUNT];
        bool marks[MARK_COUNT];
} Contact;

/* Only they learn anything of us: that we are there, that we got something, that we read it. */
static inline bool contact_is_accepted(const Contact *contact)
{
        return contact->relation == CONTACT_ACCEPTED && !contact->blocked;
}

/* "request", "accepted", "declined", or "blocked". */
const char *contact_relation_name(const Contact *contact);

/* The identity that a person is shown: the new one if there is one. NULL while none is known. */
const PublicIdentity *contact_shown_identity(const Contact *contact);

enum { STORE_CONTACT_NONE = 1 };

/* 0 or STORE_CONTACT_NONE. */
int store_contact_find(Store *store, const char *name, Contact *out);
int store_contact_get(Store *store, int64_t id, Contact *out);
/* Fills in the new contact's id. */
int store_contact_insert(Store *store, Contact *contact);
/* Identities, device and time of the last reset. */
int store_contact_update(Store *store, const Contact *contact);
/* Relation, since when, and whether they are blocked. */
int store_contact_update_relation(Store *store, const Contact *contact);
int store_contact_update_choices(Store *store, const Contact *contact);
int store_contact_update_marks(Store *store, const Contact *contact);
int store_contact_set_heard(Store *store, int64_t id);

int store_contact_rename(Store *store, int64_t id, const char *name);

/* The number of the newest message with them, or 0. */
int store_contact_last_message(Store *store, int64_t id, uint64_t *out);

/* They said that they delete their account, and nobody of that name has written or shown another key since. */
int store_contact_is_gone(Store *store, int64_t id, bool *out);

/* People, and not groups. In order of name; stops at the first result of each() that is not 0, and returns it. */
int store_contact_each_name(Store *store, int (*each)(void *userdata, const char *name), void *userdata);
