/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/connection.h"
#include "daemon/store-account.h"

/*
 * Keeps an account connected: authenticates, comes back with backoff when the connection is lost and at once
 * when the network returns; stays away when another connection or device took its place.
 */
typedef struct ServerLink ServerLink;

typedef enum LinkState {
        LINK_OFFLINE,
        LINK_CONNECTING,
        LINK_ONLINE,
} LinkState;

/* None may free the link. */
typedef struct LinkHandler {
        void (*changed)(void *userdata); /* one of the getters below has another value */
        void (*online)(void *userdata, const uint32_t *prekeys_left); /* NULL: not said; after changed() */
        void (*frame)(void *userdata, Wire__ServerFrame **frame);     /* unasked; may be taken over */
} LinkHandler;

/* record and keys must outlive it. NULL: no memory. Nothing happens before start or adopt. */
ServerLink *server_link_new(const AccountRecord *record, const AccountKeys *keys, const LinkHandler *handler,
                            void *userdata);
ServerLink *server_link_free(ServerLink *link);

void server_link_start(ServerLink *link);
/* Goes on with a connection that belongs to the account already. */
void server_link_adopt(ServerLink *link, Connection *connection);
/* Tries now, whatever it was waiting for. */
void server_link_reconnect(ServerLink *link);

/* The record has another address: leaves the connection there is, and tries the new one now. */
void server_link_move(ServerLink *link);

/* Gives the connection up for a reason of our own, and comes back with backoff. */
void server_link_fail(ServerLink *link, Problem why);

LinkState server_link_state(const ServerLink *link);
Problem server_link_error(const ServerLink *link);            /* why it is not online, or PROBLEM_NONE */
uint64_t server_link_next_attempt_ms(const ServerLink *link); /* since 1970, or 0 */

/* Bytes of the largest blob that the server takes; 0 unless online. */
uint64_t server_link_blob_max(const ServerLink *link);

/* As connection_send(); -ENOTCONN unless online. */
int server_link_send(ServerLink *link, Wire__ClientFrame *frame, ConnectionAnswer answer, void *userdata);
