/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/attachment-upload.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>

#include "daemon/cleanup.h"
#include "daemon/log.h"
#include "daemon/pause.h"
#include "daemon/sealing.h"
#include "daemon/store-attachment.h"
#include "daemon/store-event.h"
#include "daemon/store-message.h"
#include "daemon/store-outbox.h"
#include "e2ee/blob.h"

struct Upload {
        Store *store;
        const PeerSelf *self;
        ServerLink *link;
        int folder;
        const TransferHandler *handler;
        void *userdata;
        Pause *pause;
        uint64_t message; /* whose file is under way; 0: nobody's */
        uint8_t id[CONTENT_BLOB_ID_SIZE];
        int fd;
        uint64_t size, next, stored;
        bool asked;         /* the server has said how much it has */
        bool stopped;       /* the answers that are still to come count no more */
        unsigned in_flight; /* answers that are still to come */
        uint8_t piece[TRANSFER_PIECE];
};

static void on_pause_over(void *userdata)
{
        upload_pump(userdata);
}

Upload *upload_new(Store *store, const PeerSelf *self, ServerLink *link, int folder, const TransferHandler *handler,
                   void *userdata)
{
        Upload *upload = calloc(1, sizeof(*upload));

        if (!upload)
                return NULL;
        upload->store = store;
        upload->self = self;
        upload->link = link;
        upload->folder = folder;
        upload->handler = handler;
        upload->userdata = userdata;
        upload->fd = -1;
        upload->pause = pause_new(on_pause_over, upload);
        return upload->pause ? upload : upload_free(upload);
}

static void let_go(Upload *upload)
{
        closep(&upload->fd);
        upload->fd = -1;
        upload->message = 0;
        upload->in_flight = 0;
        upload->stopped = upload->asked = false;
}

Upload *upload_free(Upload *upload)
{
        if (!upload)
                return NULL;
        let_go(upload);
        pause_free(upload->pause);
        free(upload);
        return NULL;
}

bool upload_has(const Upload *upload, uint64_t message, uint64_t *done_out)
{
        *done_out = upload->stored;
        return message == upload->message && upload->asked;
}

/* ---- What becomes of it ---- */

static int complete(Upload *upload)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        int64_t contact_id, number = 0;
        Contact contact;
        int r;

        r = store_begin(upload->store, &transaction);
        if (r < 0)
                return r;
        r = transfer_contact(upload->store, upload->message, &contact_id);
        if (r != 0)
                return r < 0 ? r : 0;
        r = store_contact_get(upload->store, contact_id, &contact);
        if (r != 0)
                return r < 0 ? r : -EBADMSG;
        r = store_attachment_set_transfer(upload->store, upload->message, TRANSFER_COMPLETE, PROBLEM_NONE);
        if (r < 0)
                return r;
        r = store_message_set_state(upload->store, upload->message, MESSAGE_QUEUED,
                                    contact.key_changed ? PROBLEM_KEY_CHANGED : PROBLEM_NONE, 0);
        if (r < 0)
                return r;
        r = store_outbox_add_message(upload->store, contact.id, upload->message, &number);
        if (r < 0)
                return r;
        r = store_event_add(upload->store, EVENT_ATTACHMENT_CHANGED, contact.id, upload->message);
        if (r < 0)
                return r;
        r = seal_new_entry(upload->store, upload->self, &contact, number);
        if (r != 0)
                return r < 0 ? r : -EMSGSIZE;
        return store_commit(&transaction);
}

static int fail(Upload *upload, Problem reason)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        int r;

        r = store_begin(upload->store, &transaction);
        if (r < 0)
                return r;
        r = transfer_fail_message(upload->store, upload->message, reason);
        return r < 0 ? r : store_commit(&transaction);
}

/* The ID is somebody else's, by accident or not; nothing of ours is there under it. */
static int take_other_id(Upload *upload)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        uint8_t id[CONTENT_BLOB_ID_SIZE];
        int r;

        randombytes_buf(id, sizeof(id));
        r = store_begin(upload->store, &transaction);
        if (r < 0)
                return r;
        r = store_attachment_set_blob_id(upload->store, upload->message, id);
        return r < 0 ? r : store_commit(&transaction);
}

static void stop(Upload *upload, int result)
{
        if (result < 0) {
                log_error("attachment", result, "cannot go on with an upload");
                pause_for(upload->pause, PAUSE_TROUBLE_MS);
        }
        upload->stopped = true;
}

/* ---- Pieces ---- */

static bool on_answer(void *userdata, const Wire__ServerFrame *frame);

static int put(Upload *upload, uint64_t offset, size_t size)
{
        Wire__ClientFrame frame = WIRE__CLIENT_FRAME__INIT;
        Wire__PutBlob put_blob = WIRE__PUT_BLOB__INIT;
        int r;

        put_blob.id.data = upload->id;
        put_blob.id.len = sizeof(upload->id);
        put_blob.size = upload->size;
        put_blob.offset = offset;
        put_blob.data.data = upload->piece;
        put_blob.data.len = size;
        frame.body_case = WIRE__CLIENT_FRAME__BODY_PUT_BLOB;
        frame.put_blob = &put_blob;
        r = server_link_send(upload->link, &frame, on_answer, upload);
        if (r == 0)
                upload->in_flight++;
        return r;
}

static int fill(Upload *upload)
{
        int r;

        while (upload->in_flight < TRANSFER_WINDOW && upload->next < upload->size) {
                const uint64_t left = upload->size - upload->next;
                const size_t size = left < TRANSFER_PIECE ? (size_t)left : TRANSFER_PIECE;
                ssize_t n = pread(upload->fd, upload->piece, size, (off_t)upload->next);

                if (n != (ssize_t)size)
                        return n < 0 ? -errno : -EIO;
                r = put(upload, upload->next, size);
                if (r < 0)
                        return r;
                upload->next += size;
        }
        return 0;
}

static int take_state(Upload *upload, const Wire__BlobState *state)
{
        if (state->id.len != sizeof(upload->id) || memcmp(state->id.data, upload->id, sizeof(upload->id)) != 0 ||
            state->stored > upload->size)
                return -EPROTO;
        if (!upload->asked) {
                upload->asked = true;
                upload->next = upload->stored = state->stored;
        } else if (state->stored > upload->stored) {
                upload->stored = state->stored;
        }
        upload->handler->progress(upload->userdata, upload->message, upload->stored);
        if (upload->stored == upload->size) {
                stop(upload, complete(upload));
                return 0;
        }
        /* Everything is answered, and something is missing: it is asked for again. */
        if (upload->in_flight == 0 && upload->next == upload->size)
                return -EPROTO;
        return fill(upload);
}

static void take_refusal(Upload *upload, const Wire__ServerFrame *frame)
{
        const Problem problem = transfer_problem(frame);
        int r = 0;

        if (problem != PROBLEM_NONE)
                r = fail(upload, problem);
        else if (frame->body_case == WIRE__SERVER_FRAME__BODY_ERROR && !upload->asked &&
                 frame->error->code == WIRE__ERROR_CODE__ERROR_CODE_BLOB_CONFLICT)
                r = take_other_id(upload);
        else
                pause_for(upload->pause, transfer_pause_ms(frame));
        stop(upload, r);
}

static bool on_answer(void *userdata, const Wire__ServerFrame *frame)
{
        Upload *upload = userdata;
        int r;

        upload->in_flight--;
        if (!upload->stopped && frame->body_case == WIRE__SERVER_FRAME__BODY_BLOB_STATE) {
                r = take_state(upload, frame->blob_state);
                if (r < 0 && r != -ENOTCONN)
                        stop(upload, r);
        } else if (!upload->stopped) {
                take_refusal(upload, frame);
        }
        if (upload->stopped && upload->in_flight == 0) {
                let_go(upload);
                upload->handler->changed(upload->userdata);
        }
        return true;
}

static int begin(Upload *upload, const Attachment *attachment)
{
        upload->fd = openat(upload->folder, attachment->file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        upload->message = attachment->message;
        if (upload->fd < 0)
                return fail(upload, PROBLEM_ATTACHMENT_UNREADABLE);
        memcpy(upload->id, attachment->content.blob_id, sizeof(upload->id));
        upload->size = blob_size(attachment->content.size);
        if (upload->size > server_link_blob_max(upload->link))
                return fail(upload, PROBLEM_ATTACHMENT_TOO_LARGE);
        upload->next = upload->stored = 0;
        return put(upload, 0, 0);
}

/* Somebody deleted the message that is under way. */
static void look_after(Upload *upload)
{
        _cleanup_(attachment_deinit) Attachment attachment = {0};
        int r;

        if (upload->message == 0 || upload->stopped)
                return;
        r = store_attachment_get(upload->store, upload->message, &attachment);
        if (r < 0 || (r == 0 && attachment.transfer == TRANSFER_UPLOADING))
                return;
        stop(upload, 0);
        if (upload->in_flight == 0)
                let_go(upload);
}

void upload_pump(Upload *upload)
{
        int r;

        look_after(upload);
        while (upload->message == 0 && server_link_state(upload->link) == LINK_ONLINE &&
               !pause_is_on(upload->pause)) {
                _cleanup_(attachment_deinit) Attachment attachment = {0};

                r = store_attachment_first(upload->store, TRANSFER_UPLOADING, &attachment);
                if (r == STORE_ATTACHMENT_NONE)
                        return;
                if (r == 0)
                        r = begin(upload, &attachment);
                if (r < 0) {
                        log_error("attachment", r, "cannot begin an upload");
                        pause_for(upload->pause, PAUSE_TROUBLE_MS);
                }
                if (upload->in_flight == 0)
                        let_go(upload);
        }
}

void upload_link_changed(Upload *upload)
{
        if (server_link_state(upload->link) != LINK_ONLINE)
                let_go(upload); /* no answer comes any more */
        else
                upload_pump(upload);
}
