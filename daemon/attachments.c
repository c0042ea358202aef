/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/attachments.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <string.h>
#include <sys/stat.h>

#include "daemon/attachment-download.h"
#include "daemon/attachment-sealing.h"
#include "daemon/attachment-space.h"
#include "daemon/attachment-sweep.h"
#include "daemon/attachment-upload.h"
#include "daemon/cleanup.h"
#include "daemon/group.h"
#include "daemon/log.h"
#include "daemon/state-folder.h"
#include "daemon/store-attachment.h"
#include "daemon/store-contact.h"
#include "e2ee/blob.h"

enum { PROGRESS_INTERVAL_US = 250 * 1000 };

struct Attachments {
        AttachmentsWith with;
        const AttachmentsHandler *handler;
        void *userdata;
        int folder;
        AttachmentJobs *jobs;
        AttachmentSealing *sealing;
        Upload *upload;
        Download *download;
        Sweep *sweep;
        guint look;           /* something was committed: there may be work */
        gint64 told_us;       /* when progress was told last */
        uint64_t told_message; /* and whose */
};

/* ---- Work ---- */

/* Pictures come by themselves, up to a size, from whom a person has accepted; the rest waits until somebody asks. */
static bool comes_by_itself(const Attachments *attachments, const Attachment *attachment)
{
        const uint64_t limit =
                        (uint64_t)settings_number(attachments->with.settings, SETTING_FETCH_PICTURES_UP_TO) * 1024;
        Contact contact;
        int64_t id;

        if (transfer_contact(attachments->with.store, attachment->message, &id) != 0 ||
            store_contact_get(attachments->with.store, id, &contact) != 0 || !contact_is_accepted(&contact) ||
            group_is_invitation(attachments->with.store, &contact))
                return false;
        return attachment->content.size <= limit && g_str_has_prefix(attachment->content.media_type, "image/") &&
               attachment_space_beside(attachments->folder, blob_size(attachment->content.size),
                                       ATTACHMENT_AUTO_LEAVES_FREE);
}

static int decide(Attachments *attachments)
{
        int r;

        for (;;) {
                _cleanup_(attachment_deinit) Attachment attachment = {0};
                AttachmentTransfer transfer;

                r = store_attachment_first(attachments->with.store, TRANSFER_ARRIVED, &attachment);
                if (r != 0)
                        return r < 0 ? r : 0;
                transfer = comes_by_itself(attachments, &attachment) ? TRANSFER_DOWNLOADING : TRANSFER_OFFERED;
                r = transfer_set(attachments->with.store, attachment.message, transfer, PROBLEM_NONE);
                if (r < 0)
                        return r;
        }
}

static void work(Attachments *attachments)
{
        int r;

        r = decide(attachments);
        if (r < 0)
                log_error("attachment", r, "cannot take in what arrived");
        sweep_run(attachments->sweep);
        upload_pump(attachments->upload);
        download_pump(attachments->download);
}

static gboolean on_look(gpointer userdata)
{
        Attachments *attachments = userdata;

        attachments->look = 0;
        work(attachments);
        return G_SOURCE_REMOVE;
}

void attachments_committed(Attachments *attachments)
{
        if (!attachments->look)
                attachments->look = g_idle_add(on_look, attachments);
}

void attachments_link_changed(Attachments *attachments)
{
        sweep_link_changed(attachments->sweep);
        upload_link_changed(attachments->upload);
        download_link_changed(attachments->download);
}

static void on_changed(void *userdata)
{
        Attachments *attachments = userdata;

        outbox_pump(attachments->with.outbox);
        attachments_committed(attachments);
}

/* ---- Progress ---- */

/* Bytes of the file for bytes of the blob, which is a little larger. */
static uint64_t file_part(const Attachment *attachment, uint64_t done)
{
        const uint64_t whole = blob_size(attachment->content.size);

        if (done >= whole)
                return attachment->content.size;
        return (uint64_t)((double)attachment->content.size * ((double)done / (double)whole));
}

uint64_t attachments_done(const Attachments *attachments, const Attachment *attachment)
{
        uint64_t done;

        if (attachment->transfer == TRANSFER_COMPLETE)
                return attachment->content.size;
        if (upload_has(attachments->upload, attachment->message, &done) ||
            download_has(attachments->download, attachment->message, &done))
                return file_part(attachment, done);
        return 0;
}

static void on_progress(void *userdata, uint64_t message, uint64_t done)
{
        Attachments *attachments = userdata;
        _cleanup_(attachment_deinit) Attachment attachment = {0};
        AttachmentProgress progress;
        const gint64 now = g_get_monotonic_time();

        if (message == attachments->told_message && now - attachments->told_us < PROGRESS_INTERVAL_US)
                return;
        if (store_attachment_get(attachments->with.store, message, &attachment) != 0)
                return;
        attachments->told_message = message;
        attachments->told_us = now;
        progress = (AttachmentProgress){
                        .message = message,
                        .transfer = attachment.transfer,
                        .done = file_part(&attachment, done),
                        .size = attachment.content.size,
        };
        attachments->handler->progress(attachments->userdata, &progress);
}

static const TransferHandler transfer_handler = {
                .progress = on_progress,
                .changed = on_changed,
};

/* ---- Life ---- */

static int open_folder(int state_folder)
{
        int fd;

        if (mkdirat(state_folder, STATE_FOLDER_ATTACHMENTS, 0700) < 0 && errno != EEXIST)
                return -errno;
        fd = openat(state_folder, STATE_FOLDER_ATTACHMENTS, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        return fd < 0 ? -errno : fd;
}

static void attachments_freep(Attachments **attachments)
{
        *attachments = attachments_free(*attachments);
}

int attachments_new(const AttachmentsWith *with, const AttachmentsHandler *handler, void *userdata, Attachments **out)
{
        _cleanup_(attachments_freep) Attachments *a = calloc(1, sizeof(*a));
        int r;

        if (!a)
                return -ENOMEM;
        a->with = *with;
        a->handler = handler;
        a->userdata = userdata;
        a->folder = open_folder(with->state_folder);
        if (a->folder < 0)
                return a->folder;
        a->jobs = attachment_jobs_new();
        a->sweep = sweep_new(with->store, with->link, a->folder);
        a->upload = upload_new(with->store, with->self, with->link, a->folder, &transfer_handler, a);
        if (!a->jobs || !a->sweep || !a->upload)
                return -ENOMEM;
        a->download = download_new(with->store, with->link, a->jobs, a->folder, &transfer_handler, a);
        a->sealing = attachment_sealing_new(with->store, with->self, a->jobs, a->folder, on_changed, a);
        if (!a->download || !a->sealing)
                return -ENOMEM;
        r = attachment_sealing_fail_interrupted(with->store);
        if (r == 0)
                r = sweep_folder(with->store, a->folder);
        if (r < 0)
                return r;
        attachments_committed(a);
        *out = g_steal_pointer(&a);
        return 0;
}

Attachments *attachments_free(Attachments *attachments)
{
        if (!attachments)
                return NULL;
        if (attachments->look)
                g_source_remove(attachments->look);
        attachment_sealing_free(attachments->sealing);
        download_free(attachments->download);
        upload_free(attachments->upload);
        sweep_free(attachments->sweep);
        attachment_jobs_free(attachments->jobs);
        closep(&attachments->folder);
        free(attachments);
        return NULL;
}

/* ---- What is asked for ---- */

int attachments_send(Attachments *attachments, const AttachmentToSend *file, Message *out)
{
        uint64_t blob_max = UINT64_MAX;

        if (server_link_state(attachments->with.link) == LINK_ONLINE)
                blob_max = server_link_blob_max(attachments->with.link);
        return attachment_sealing_queue(attachments->sealing, file, blob_max, out);
}

uint64_t attachments_file_max(const Attachments *attachments)
{
        return blob_file_size_max(server_link_blob_max(attachments->with.link));
}

int attachments_fetch(Attachments *attachments, uint64_t message)
{
        _cleanup_(attachment_deinit) Attachment attachment = {0};
        int r;

        r = store_attachment_get(attachments->with.store, message, &attachment);
        if (r != 0)
                return r < 0 ? r : PROBLEM_NOT_FOUND;
        switch (attachment.transfer) {
        case TRANSFER_PREPARING:
        case TRANSFER_UPLOADING:
        case TRANSFER_DOWNLOADING:
        case TRANSFER_COMPLETE:
                return 0;
        case TRANSFER_ARRIVED:
        case TRANSFER_OFFERED:
        case TRANSFER_DAMAGED: /* perhaps it was the server's disk */
                return transfer_set(attachments->with.store, message, TRANSFER_DOWNLOADING, PROBLEM_NONE);
        case TRANSFER_GONE:
                return attachment.problem ? attachment.problem : PROBLEM_ATTACHMENT_GONE;
        }
        return -EINVAL;
}

/* Whole, as far as one knows. */
static int open_blob(Attachments *attachments, const Attachment *attachment, int *blob_out)
{
        if (attachment->transfer == TRANSFER_GONE || attachment->transfer == TRANSFER_DAMAGED)
                return attachment->problem ? attachment->problem : PROBLEM_ATTACHMENT_GONE;
        if (attachment->transfer != TRANSFER_COMPLETE && attachment->transfer != TRANSFER_UPLOADING)
                return PROBLEM_ATTACHMENT_NOT_HERE;
        *blob_out = openat(attachments->folder, attachment->file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        if (*blob_out < 0)
                return errno == ENOENT ? (int)PROBLEM_ATTACHMENT_DAMAGED : -errno;
        return 0;
}

int attachments_open(Attachments *attachments, uint64_t message, AttachmentReader **out)
{
        _cleanup_(attachment_deinit) Attachment attachment = {0};
        int r, blob;

        r = store_attachment_get(attachments->with.store, message, &attachment);
        if (r != 0)
                return r < 0 ? r : PROBLEM_ATTACHMENT_NOT_HERE;
        r = open_blob(attachments, &attachment, &blob);
        return r == 0 ? attachment_reader_new(blob, &attachment.content, out) : r;
}

int attachments_save(Attachments *attachments, uint64_t message, int out, AttachmentJobDone done, void *userdata,
                     AttachmentJob **job_out)
{
        _cleanup_(attachment_deinit) Attachment attachment = {0};
        _cleanup_(closep) int target = out;
        int r, blob;

        r = store_attachment_get(attachments->with.store, message, &attachment);
        if (r != 0)
                return r < 0 ? r : PROBLEM_NOT_FOUND;
        r = open_blob(attachments, &attachment, &blob);
        if (r != 0)
                return r;
        return attachment_job_start(attachments->jobs, ATTACHMENT_SAVE, &attachment.content, blob, g_steal_fd(&target),
                                    done, userdata, job_out);
}
