/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/session.h"

/* What the files session*.c share. */
enum {
        REPLIES_MAX = 64,              /* frames that wait to be sent, before no more are read */
        REPLIES_BYTES_MAX = 1024 * 1024, /* that they have; the last one may have as much again */
        DELIVER_BYTES_MAX = 64 * 1024, /* of payload in one Deliver, unless one envelope has more */
};

Session *session_ref(Session *session);
Session *session_unref(Session *session);

/* The one setter. */
void session_set_state(Session *session, SessionState state);
bool session_is_open(const Session *session); /* neither ending nor gone */
/* Reading stops while too much of what was read is not dealt with. */
void session_update_flow(Session *session);

/* session-output.c */
void session_reply(Session *session, const Wire__ServerFrame *frame);
void session_reply_done(Session *session, uint64_t request);
void session_reply_error(Session *session, uint64_t request, Wire__ErrorCode code, uint32_t retry_after_ms,
                         const char *text);
/* From a negative errno: BUSY for what passes by itself or when the administrator acts, else an internal failure. */
Wire__ErrorCode session_code_of_failure(int error);
void session_reply_failure(Session *session, uint64_t request, int error);
void session_add_result(Session *session, uint64_t request, const uint8_t *id, Wire__ErrorCode code,
                        bool stored, uint32_t retry_after_ms);
size_t session_results_waiting(const Session *session);
void session_output_deinit(Session *session);

/* session-account.c */
void session_salt_query(Session *session, uint64_t request, const Wire__SaltQuery *query);
void session_authenticate(Session *session, uint64_t request, const Wire__Authenticate *authenticate);
/* The connection belongs to this device now. */
int session_attach(Session *session, const char *name, uint32_t device_id, uint64_t mailbox);

/* session-register.c. They own the frame. */
void session_register(Session *session, Wire__ClientFrame *frame);
void session_login(Session *session, Wire__ClientFrame *frame);

/* session-password.c: ChangePassword, DeleteAccount. Owns the frame. */
void session_change_account(Session *session, Wire__ClientFrame *frame);

/* session-tries.c. 0: it may be looked at, and has to be settled; otherwise milliseconds to wait. */
uint32_t session_charge_try(Session *session, const char *name, Try *try);
void session_settle_try(Session *session, const Try *try, TryResult result);
/* It has proved to be its account, from its address. */
void session_is_familiar_here(Session *session);

/* session-directory.c */
void session_find_users(Session *session, uint64_t request, const Wire__FindUsers *find);

/* session-prekeys.c */
void session_upload_prekeys(Session *session, Wire__ClientFrame *frame); /* owns the frame */
void session_fetch_bundles(Session *session, uint64_t request, const Wire__FetchBundles *fetch);

/* session-key-packages.c. They own the frame. */
void session_upload_key_packages(Session *session, Wire__ClientFrame *frame);
void session_take_key_packages(Session *session, Wire__ClientFrame *frame);

/* session-groups.c: CreateGroup, LeaveGroup, FetchGroup */
void session_create_group(Session *session, uint64_t request, const Wire__CreateGroup *create);
void session_leave_group(Session *session, uint64_t request, const Wire__LeaveGroup *leave);
void session_fetch_group(Session *session, uint64_t request, const Wire__FetchGroup *wire);

/* session-group-send.c. Owns the frame. */
void session_group_send(Session *session, Wire__ClientFrame *frame);

/* session-send.c */
void session_send(Session *session, uint64_t request, const Wire__Send *send);

/* session-deliver.c */
void session_start_delivery(Session *session);
void session_ack(Session *session, uint64_t sequence);
size_t session_encode_delivery(Session *session, uint8_t *buffer);
void session_delivery_deinit(Session *session);

/* session-ephemeral.c. The first two own the envelope. */
void session_send_ephemeral(Session *session, Envelope *envelope);
void session_deliver_ephemeral(Session *session, Envelope *envelope);
Envelope *session_take_ephemeral(Session *session); /* NULL: there is none */

/* session-presence.c */
void session_set_presence(Session *session, uint64_t request, const Wire__SetPresence *set);
bool session_presence_is_untold(const Session *session);
size_t session_encode_presence(Session *session, uint8_t *buffer);
void session_presence_deinit(Session *session);

/* session-blobs.c. Those that take a frame own it. */
void session_put_blob(Session *session, Wire__ClientFrame *frame);
void session_delete_blob(Session *session, Wire__ClientFrame *frame);
void session_get_blob(Session *session, uint64_t request, const Wire__GetBlob *wire);
bool session_blobs_are_full(const Session *session); /* no more is to be read */
bool session_blobs_are_easy(const Session *session); /* until this is so */
void session_blobs_read_on(Session *session);
size_t session_encode_blob(Session *session, uint8_t *buffer);
void session_blobs_deinit(Session *session);

/* A limit that was met: counts it and answers; true if the request is refused. */
bool session_is_limited(Session *session, Limiter *limiter, uint64_t key, uint64_t request);
bool session_is_limited_by(Session *session, Limiter *limiter, uint64_t key, uint32_t count, uint64_t request);
