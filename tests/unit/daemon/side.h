/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/prekey-batch.h"
#include "daemon/store-account.h"
#include "daemon/store-contact.h"
#include "daemon/store-message.h"
#include "daemon/store-outbox.h"
#include "daemon/typing.h"
#include "e2ee/peer.h"

/* One account with a real encrypted store in a folder of its own; what the server would carry is handed over
 * by hand. */
typedef struct Side {
        char *folder, *path;
        DatabaseKey key;
        Store *store;
        AccountRecord record;
        AccountKeys *keys;
        PeerSelf self;
        Typing *typing;
        unsigned commits;
        bool expect_repeat; /* the server's number says that it may have come before */
        bool has_requests;  /* strangers wait until somebody accepts them; otherwise they are accepted at once */
} Side;

void side_init(Side *side, const char *name, uint32_t device_id);
void side_deinit(Side *side);
void side_reopen(Side *side);

/* Fresh prekeys, as the server would hand them out. one_time: how many to make; the bundle has the first, if
 * any. */
void side_bundle(Side *side, unsigned one_time, PrekeyBundle *out);

/* Starts a session with whom the bundle is of, as a new contact if need be. */
void side_start(Side *side, const PrekeyBundle *bundle);

/* Writes a text to a contact with whom there is a session; the envelope is to be freed. */
typedef struct Parcel {
        uint8_t *data;
        size_t size;
        uint64_t message;
} Parcel;
void side_write(Side *side, const char *to, const char *text, Parcel *out);
/* Seals the first entry to a contact that waits, as after store_outbox_unseal(). */
void side_seal_waiting(Side *side, const char *to, Parcel *out);
void parcel_clear(Parcel *parcel);

/* Takes in an envelope from that side, in a transaction. */
void side_take(Side *side, const Side *from, const Parcel *parcel);

Contact side_contact(Side *side, const char *name);
bool side_knows(Side *side, const char *name);
unsigned side_count(Side *side, const char *name, MessageKind kind);
bool side_has_text(Side *side, const char *name, const char *text);
uint64_t side_rejected(Side *side);
