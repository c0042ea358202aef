/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/envelope.h"
#include "server/metrics.h"
#include "server/server.h"
#include "wire/limits.h"
#include "wire/messenger.pb-c.h"

/*
 * One connection, above the WebSocket: frames in, frames out. docs/protocol.md, "The life of a connection".
 *
 * A session belongs to one thread. What it has asked of the store or the password pool holds a reference to
 * it, so that an answer which comes after the connection has gone finds it, and finds it closed.
 */
typedef struct Session Session;

typedef enum SessionState {
        SESSION_NEW, /* Hello has not come */
        SESSION_GREETED,
        SESSION_IDENTIFYING, /* RegisterAccount, Login or Authenticate is under way */
        SESSION_AUTHENTICATED,
        SESSION_ENDING, /* Goodbye is the last frame that will leave */
        SESSION_ENDED,  /* it has left */
        SESSION_CLOSED, /* the connection is gone */
} SessionState;

/* What a session needs of the thread that it lives on. */
typedef struct SessionHost {
        Server *server;
        MetricsShard *metrics;
        Inbox *inbox;
        RouterEndpoint *endpoint;
        Map *by_mailbox;                              /* mailbox → Session of this thread */
        void (*want_write)(void *connection);         /* session_next_frame() has something */
        void (*pause)(void *connection, bool paused); /* stop, go on reading */
        uint64_t now_us;                              /* monotonic; kept by the thread's loop */
        size_t in_flight;                             /* envelopes of all its sessions that the store has */
        bool draining;                                /* what comes in now is not looked at */
} SessionHost;

typedef struct Reply Reply;     /* session-output.c */
typedef struct Results Results; /* session-output.c */
typedef struct Unacked Unacked; /* session-deliver.c */
typedef struct SessionPresence SessionPresence; /* session-presence.c */
typedef struct BlobGet BlobGet;                 /* session-blobs.c */

struct Session {
        SessionHost *host;
        void *connection; /* NULL: gone */
        SessionState state;
        unsigned references;
        Session *previous, *next; /* in the thread's list */

        uint64_t address; /* key of the peer's address */
        uint64_t ticket;  /* tells this connection from all others */
        uint64_t opened_us, heard_us, pinged_us;
        uint64_t blocked_us; /* since when the connection takes nothing; 0: it does */
        uint64_t ending_us;  /* since when it is ending */
        Wire__GoodbyeReason goodbye;
        uint32_t retry_after_ms;
        bool established; /* the WebSocket is open */
        bool paused, want_ping;

        uint8_t challenge[WIRE_CHALLENGE_SIZE];
        char *server_name; /* as in Hello; until it is authenticated */
        char name[WIRE_USER_NAME_MAX + 1];
        uint32_t device_id;
        uint64_t mailbox; /* 0: not authenticated */
        uint64_t name_key;

        uint8_t *received; /* a frame that came in parts */
        size_t received_size, received_capacity;
        uint64_t receiving_us; /* since when; 0: there is none */

        Reply *replies; /* frames that are ready, oldest first */
        Reply **replies_last;
        size_t replies_count, replies_bytes;
        Results *results; /* of Send, to be told */
        size_t in_flight; /* envelopes that the store has */
        size_t in_flight_bytes;
        bool uploading;   /* the store has prekeys of it */
        bool fetching;    /* FetchGroup is under way */
        bool changing;    /* ChangePassword or DeleteAccount is under way */

        Envelope *queue; /* to be delivered, oldest first */
        Envelope **queue_last;
        size_t queue_count;
        Unacked *unacked;
        size_t waiting_count, waiting_bytes; /* of the queue and of what is not acked */
        uint64_t queued_sequence;            /* the newest that is in the queue or was delivered */
        uint64_t delivered_sequence;
        Envelope *ephemeral; /* good for this moment, oldest first; not part of the above */
        Envelope **ephemeral_last;
        size_t ephemeral_count, ephemeral_bytes;
        SessionPresence *presence; /* what it watches */
        PresenceMember *presence_member;
        BlobGet *gets_waiting, *gets_ready;  /* pieces to be read; read, and to be sent */
        size_t gets_count, gets_in_memory;   /* with those that are being read */
        size_t puts_count;                   /* pieces that are not durable yet */
        bool blob_turn;                      /* the last frame was of the mailbox */
        bool leaving;                        /* the account is about to be deleted */
        bool reading, behind; /* the mailbox is being read; it has more than we know */
};

/* connection: what host's functions get. NULL: no memory. */
Session *session_new(SessionHost *host, void *connection, uint64_t address);
/* The connection is gone: forgets the pointer to it, and frees the session when nothing refers to it any
 * more. */
void session_close(Session *session);

/* A part of a WebSocket message; final: its last. */
void session_receive(Session *session, const uint8_t *data, size_t size, bool final);
/* A WebSocket text message, or another that has no place here. */
void session_protocol_error(Session *session, const char *why);

/*
 * The next frame to send, encoded to buffer (of WIRE_FRAME_MAX bytes). 0: none. After the last frame of a
 * session that ends, the state is SESSION_ENDED, and the connection is to be closed with
 * session_close_code().
 */
size_t session_next_frame(Session *session, uint8_t *buffer);
bool session_has_output(const Session *session);
unsigned session_close_code(const Session *session);

/* Ends it with a Goodbye. Does nothing if it is ending already. */
void session_end(Session *session, Wire__GoodbyeReason reason, uint32_t retry_after_ms);

/* The connection takes nothing: what was read for it is read again when it does. */
void session_blobs_give_back(Session *session);

/* From the router. */
void session_prekeys_are_low(Session *session, uint32_t left);
void session_key_packages_are_low(Session *session, uint32_t left);
void session_presence_changed(Session *session, uint64_t version, uint32_t watched, bool connected);
/* Owns the envelope, which is of the session's mailbox. */
void session_deliver(Session *session, Envelope *envelope);
