/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/store.h"
#include "e2ee/content.h"

/* What one person thinks of one message. One that was taken back is remembered, so that an older one cannot return. */
typedef struct Reaction {
        char emoji[CONTENT_REACTION_MAX + 1]; /* "": taken back */
        uint64_t sent_ms;
        ContentMessageId id;
} Reaction;

/* person: a user name. An empty Reaction where there is none. */
int store_reaction_get(Store *store, uint64_t message, const char *person, Reaction *out);
int store_reaction_set(Store *store, uint64_t message, const char *person, const Reaction *reaction);
int store_reaction_delete_all(Store *store, uint64_t message);

/* In order of the names, without those taken back; stops at the first result that is not 0, and returns it. */
typedef int (*ReactionEach)(void *userdata, const char *person, const char *emoji);
int store_reaction_each(Store *store, uint64_t message, ReactionEach each, void *userdata);
