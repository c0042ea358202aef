/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/attachment-download.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "daemon/attachment-space.h"
#include "daemon/cleanup.h"
#include "daemon/log.h"
#include "daemon/pause.h"
#include "daemon/store-attachment.h"
#include "e2ee/blob.h"

struct Download {
        Store *store;
        ServerLink *link;
        AttachmentJobs *jobs;
        int folder;
        const TransferHandler *handler;
        void *userdata;
        Pause *pause;
        Attachment attachment; /* that is under way; message 0: none */
        int fd;
        uint64_t size, next, done;
        bool resumed;       /* some of it was there: what is wrong may be that */
        bool stopped;       /* the answers that are still to come count no more */
        unsigned in_flight; /* answers that are still to come */
        AttachmentJob *verification;
};

static void on_pause_over(void *userdata)
{
        download_pump(userdata);
}

Download *download_new(Store *store, ServerLink *link, AttachmentJobs *jobs, int folder,
                       const TransferHandler *handler, void *userdata)
{
        Download *download = calloc(1, sizeof(*download));

        if (!download)
                return NULL;
        download->store = store;
        download->link = link;
        download->jobs = jobs;
        download->folder = folder;
        download->handler = handler;
        download->userdata = userdata;
        download->fd = -1;
        download->pause = pause_new(on_pause_over, download);
        return download->pause ? download : download_free(download);
}

static void let_go(Download *download)
{
        attachment_job_cancel(download->verification);
        download->verification = NULL;
        closep(&download->fd);
        download->fd = -1;
        attachment_deinit(&download->attachment);
        download->in_flight = 0;
        download->stopped = false;
}

Download *download_free(Download *download)
{
        if (!download)
                return NULL;
        let_go(download);
        pause_free(download->pause);
        free(download);
        return NULL;
}

bool download_has(const Download *download, uint64_t message, uint64_t *done_out)
{
        *done_out = download->done;
        return message != 0 && message == download->attachment.message;
}

/* ---- What becomes of it ---- */

static int end(Download *download, AttachmentTransfer transfer, Problem problem)
{
        int r;

        r = transfer_set(download->store, download->attachment.message, transfer, problem);
        if (r < 0)
                return r;
        if (transfer != TRANSFER_COMPLETE && transfer != TRANSFER_OFFERED)
                unlinkat(download->folder, download->attachment.file, 0);
        return 0;
}

/* Goes on with the next, once nothing of this one is under way. */
static void stop(Download *download, int result)
{
        if (result < 0) {
                log_error("attachment", result, "cannot go on with a download");
                pause_for(download->pause, PAUSE_TROUBLE_MS);
        }
        download->stopped = true;
        if (download->in_flight > 0)
                return;
        let_go(download);
        download->handler->changed(download->userdata);
}

static int give_up(Download *download, int error)
{
        if (error == -ENOSPC || error == -EDQUOT)
                return end(download, TRANSFER_OFFERED, PROBLEM_DISK_FULL);
        return error;
}

static int start_over(Download *download)
{
        download->resumed = false;
        return ftruncate(download->fd, 0) < 0 ? -errno : 0;
}

static int fill(Download *download);

static void on_verified(void *userdata, int result, const ContentAttachment *sealed)
{
        Download *download = userdata;

        download->verification = NULL;
        if (result == PROBLEM_ATTACHMENT_DAMAGED && download->resumed) {
                /* Perhaps only what the disk had of it. The next attempt begins with nothing. */
                result = start_over(download);
        } else if (result == PROBLEM_ATTACHMENT_DAMAGED) {
                log_warning("attachment", 0, "what the server has is not what the sender said");
                result = end(download, TRANSFER_DAMAGED, PROBLEM_ATTACHMENT_DAMAGED);
        } else if (result == 0) {
                result = end(download, TRANSFER_COMPLETE, PROBLEM_NONE);
        }
        stop(download, result);
}

static int verify(Download *download)
{
        int fd = fcntl(download->fd, F_DUPFD_CLOEXEC, 3);

        if (fd < 0)
                return -errno;
        return attachment_job_start(download->jobs, ATTACHMENT_VERIFY, &download->attachment.content, fd, -1,
                                    on_verified, download, &download->verification);
}

/* ---- Pieces ---- */

static bool on_answer(void *userdata, const Wire__ServerFrame *frame);

static size_t piece_at(const Download *download, uint64_t offset)
{
        const uint64_t left = download->size - offset;

        return left < TRANSFER_PIECE ? (size_t)left : TRANSFER_PIECE;
}

static int fill(Download *download)
{
        int r;

        while (download->in_flight < TRANSFER_WINDOW && download->next < download->size) {
                Wire__ClientFrame frame = WIRE__CLIENT_FRAME__INIT;
                Wire__GetBlob get = WIRE__GET_BLOB__INIT;

                get.id.data = download->attachment.content.blob_id;
                get.id.len = sizeof(download->attachment.content.blob_id);
                get.offset = download->next;
                get.length = (uint32_t)piece_at(download, download->next);
                frame.body_case = WIRE__CLIENT_FRAME__BODY_GET_BLOB;
                frame.get_blob = &get;
                r = server_link_send(download->link, &frame, on_answer, download);
                if (r < 0)
                        return r;
                download->in_flight++;
                download->next += get.length;
        }
        return 0;
}

static int take_data(Download *download, const Wire__BlobData *data)
{
        ssize_t n;

        /* Nobody fetches gigabytes of what was said to be a picture. */
        if (data->size != download->size)
                return end(download, TRANSFER_DAMAGED, PROBLEM_ATTACHMENT_DAMAGED) < 0 ? -EIO : 1;
        if (data->offset >= download->next || data->offset % TRANSFER_PIECE != 0 ||
            data->data.len != piece_at(download, data->offset))
                return -EPROTO;
        n = pwrite(download->fd, data->data.data, data->data.len, (off_t)data->offset);
        if (n != (ssize_t)data->data.len)
                return give_up(download, n < 0 ? -errno : -ENOSPC) < 0 ? -EIO : 1;
        download->done += data->data.len;
        download->handler->progress(download->userdata, download->attachment.message, download->done);
        if (download->done >= download->size)
                return verify(download);
        return fill(download);
}

static void take_refusal(Download *download, const Wire__ServerFrame *frame)
{
        const Problem problem = transfer_problem(frame);
        int r = 0;

        if (problem == PROBLEM_ATTACHMENT_GONE)
                r = end(download, TRANSFER_GONE, problem);
        else if (problem != PROBLEM_NONE)
                r = end(download, TRANSFER_OFFERED, problem);
        else
                pause_for(download->pause, transfer_pause_ms(frame));
        stop(download, r);
}

static bool on_answer(void *userdata, const Wire__ServerFrame *frame)
{
        Download *download = userdata;
        int r;

        download->in_flight--;
        if (download->stopped) {
                stop(download, 0);
        } else if (frame->body_case == WIRE__SERVER_FRAME__BODY_BLOB_DATA) {
                r = take_data(download, frame->blob_data);
                if (r != 0 && r != -ENOTCONN)
                        stop(download, r < 0 ? r : 0);
        } else {
                take_refusal(download, frame);
        }
        return true;
}

static int begin(Download *download)
{
        struct stat st;
        int r;

        download->size = blob_size(download->attachment.content.size);
        if (download->size == 0)
                return end(download, TRANSFER_DAMAGED, PROBLEM_ATTACHMENT_DAMAGED);
        if (!attachment_space_for(download->folder, download->size))
                return end(download, TRANSFER_OFFERED, PROBLEM_DISK_FULL);
        download->fd = openat(download->folder, download->attachment.file,
                              O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (download->fd < 0 || fstat(download->fd, &st) < 0)
                return give_up(download, -errno);
        download->resumed = st.st_size > 0;
        download->next = (uint64_t)st.st_size / TRANSFER_PIECE * TRANSFER_PIECE;
        if ((uint64_t)st.st_size == download->size)
                download->next = download->size;
        if (download->next > download->size) {
                r = start_over(download);
                if (r < 0)
                        return r;
                download->next = 0;
        }
        download->done = download->next;
        return download->done == download->size ? verify(download) : fill(download);
}

/* Somebody deleted the message that is under way. */
static void look_after(Download *download)
{
        _cleanup_(attachment_deinit) Attachment attachment = {0};
        int r;

        if (download->attachment.message == 0 || download->stopped)
                return;
        r = store_attachment_get(download->store, download->attachment.message, &attachment);
        if (r != STORE_ATTACHMENT_NONE)
                return;
        download->stopped = true;
        if (download->in_flight == 0)
                let_go(download);
}

void download_pump(Download *download)
{
        int r;

        look_after(download);
        while (download->attachment.message == 0 && server_link_state(download->link) == LINK_ONLINE &&
               !pause_is_on(download->pause)) {
                r = store_attachment_first(download->store, TRANSFER_DOWNLOADING, &download->attachment);
                if (r == STORE_ATTACHMENT_NONE)
                        return;
                if (r == 0)
                        r = begin(download);
                if (r < 0) {
                        log_error("attachment", r, "cannot begin a download");
                        pause_for(download->pause, PAUSE_TROUBLE_MS);
                }
                if (download->in_flight == 0 && !download->verification)
                        let_go(download);
        }
}

void download_link_changed(Download *download)
{
        if (server_link_state(download->link) == LINK_ONLINE)
                download_pump(download);
        else if (!download->verification)
                let_go(download); /* no answer comes any more */
        else
                download->in_flight = 0;
}
