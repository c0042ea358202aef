/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "bench/relay-connection.h"
#include "wire/auth.h"
#include "wire/frame.h"

/* An account of the load: what a real client would keep. Its keys for the peer are noise, the server cannot
 * tell. */
typedef struct Account {
        char user_name[WIRE_USER_NAME_MAX + 1];
        uint32_t device_id; /* 0: not registered yet */
        DeviceAuthSecretKey key;
} Account;

typedef struct Accounts {
        Account *list;
        size_t count;
} Accounts;

/* A file of one account a line, which makes a prepared state folder of the server usable again. */
int accounts_load(Accounts *accounts, const char *path);
int accounts_save(const Accounts *accounts, const char *path);
int accounts_make(Accounts *accounts, size_t count);
void accounts_deinit(Accounts *accounts);

typedef struct Session Session;

typedef struct SessionHandler {
        int (*ready)(Session *session);
        int (*results)(Session *session, const Wire__SendResult *results);
        int (*deliver)(Session *session, const Wire__Deliver *deliver);
        int (*done)(Session *session);
        int (*blob)(Session *session, const Wire__ServerFrame *frame); /* BlobState or BlobData */
} SessionHandler;

/* A connection that speaks the protocol: it registers its account if need be, else authenticates. */
struct Session {
        Connection connection; /* the first member: a Connection of a session is its Session */
        Account *account;
        const SessionHandler *handler;
        void *userdata;
        unsigned index; /* the caller's */
        bool ready;
};

int session_start(Session *session, Loop *loop, const Endpoint *endpoint, Account *account,
                  const SessionHandler *handler, void *userdata);
void session_close(Session *session);

int session_frame(Session *session, const Wire__ClientFrame *frame);
/* One envelope in one frame, as a client that types sends it. id: WIRE_ENVELOPE_ID_SIZE bytes. */
int session_send(Session *session, const Account *recipient, const uint8_t *id, const uint8_t *payload,
                 size_t size);
int session_ack(Session *session, uint64_t sequence);
