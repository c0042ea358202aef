/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/server-link.h"
#include "daemon/settings.h"
#include "daemon/store.h"
#include "e2ee/peer.h"

/*
 * Who is writing, for the moment only: it goes in ephemeral envelopes, and is never in the store. A lost one still costs the
 * recipient a kept key, so few are sent to somebody of whom nothing comes back.
 */
typedef struct Typing Typing;

enum {
        TYPING_REPEAT_MS = 5000, /* while somebody goes on writing, it is said again after this, */
        TYPING_LAST_MS = 12000,  /* and what was heard holds for this */
        TYPING_UNANSWERED_MAX = 50,
};

typedef struct TypingWith {
        Store *store;
        const PeerSelf *self;
        const Settings *settings;
        ServerLink *link;
        void (*changed)(void *userdata, const char *contact);
        void *userdata;
} TypingWith;

/* All of `with` must outlive it. NULL: no memory. */
Typing *typing_new(const TypingWith *with);
Typing *typing_free(Typing *typing);

/*
 * The person here writes to the contact, or has stopped. As often as one likes: it is said where the contact may know and
 * can be reached. 0 or PROBLEM_NOT_FOUND.
 */
int typing_say(Typing *typing, const char *name, bool active);

/* A message to the contact is queued, which says at their end that it is written: what is written next is said anew. */
void typing_sent(Typing *typing, const char *name);

/* Something came of an accepted contact: that they write, or do not, or something else (which ends it). */
void typing_hear(Typing *typing, const char *name, bool active);
void typing_hear_other(Typing *typing, const char *name, bool is_message);
void typing_link_changed(Typing *typing);

bool typing_is_heard(const Typing *typing, const char *contact);
