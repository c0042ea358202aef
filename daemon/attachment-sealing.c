/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/attachment-sealing.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>

#include "daemon/attachment-space.h"
#include "daemon/attachment-transfer.h"
#include "daemon/cleanup.h"
#include "daemon/clock.h"
#include "daemon/log.h"
#include "daemon/recipient.h"
#include "daemon/store-attachment.h"
#include "daemon/store-event.h"
#include "daemon/store-message.h"
#include "daemon/timer.h"
#include "e2ee/blob.h"
#include "wire/username.h"

struct AttachmentSealing {
        Store *store;
        const PeerSelf *self;
        AttachmentJobs *jobs;
        int folder;
        void (*changed)(void *userdata);
        void *userdata;
        GList *under_way; /* Sealed */
};

typedef struct Sealed {
        AttachmentSealing *sealing;
        AttachmentJob *job;
        uint64_t message;
} Sealed;

AttachmentSealing *attachment_sealing_new(Store *store, const PeerSelf *self, AttachmentJobs *jobs, int folder,
                                          void (*changed)(void *userdata), void *userdata)
{
        AttachmentSealing *sealing = calloc(1, sizeof(*sealing));

        if (!sealing)
                return NULL;
        sealing->store = store;
        sealing->self = self;
        sealing->jobs = jobs;
        sealing->folder = folder;
        sealing->changed = changed;
        sealing->userdata = userdata;
        return sealing;
}

AttachmentSealing *attachment_sealing_free(AttachmentSealing *sealing)
{
        if (!sealing)
                return NULL;
        for (GList *l = sealing->under_way; l; l = l->next)
                attachment_job_cancel(((Sealed *)l->data)->job);
        g_list_free_full(sealing->under_way, g_free);
        free(sealing);
        return NULL;
}

/* ---- What comes of it ---- */

/* From here on the file that it was made of is needed no more. */
static int set_sealed(Store *store, uint64_t message, const ContentAttachment *content)
{
        int64_t contact;
        int r;

        r = transfer_contact(store, message, &contact);
        if (r != 0)
                return r < 0 ? r : 0; /* somebody has deleted it */
        r = store_attachment_set_sealed(store, message, content);
        return r < 0 ? r : store_event_add(store, EVENT_ATTACHMENT_CHANGED, contact, message);
}

static int finish(AttachmentSealing *sealing, uint64_t message, int result, const ContentAttachment *content)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        int r;

        r = store_begin(sealing->store, &transaction);
        if (r < 0)
                return r;
        if (result == 0)
                r = set_sealed(sealing->store, message, content);
        else
                r = transfer_fail_message(sealing->store, message, problem_from_result(result));
        return r < 0 ? r : store_commit(&transaction);
}

static void on_sealed(void *userdata, int result, const ContentAttachment *content)
{
        g_autofree Sealed *sealed = userdata;
        AttachmentSealing *sealing = sealed->sealing;
        int r;

        sealing->under_way = g_list_remove(sealing->under_way, sealed);
        if (result < 0)
                log_error("attachment", result, "cannot encrypt a file");
        r = finish(sealing, sealed->message, result, content);
        if (r < 0) /* the next start of the daemon says that it has failed */
                log_error("attachment", r, "cannot store what came of a file");
        sealing->changed(sealing->userdata);
}

int attachment_sealing_fail_interrupted(Store *store)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        int r;

        r = store_begin(store, &transaction);
        if (r < 0)
                return r;
        for (;;) {
                _cleanup_(attachment_deinit) Attachment attachment = {0};

                r = store_attachment_first(store, TRANSFER_PREPARING, &attachment);
                if (r == STORE_ATTACHMENT_NONE)
                        return store_commit(&transaction);
                if (r == 0)
                        r = transfer_fail_message(store, attachment.message, PROBLEM_ATTACHMENT_UNREADABLE);
                if (r < 0)
                        return r;
        }
}

/* ---- Queueing ---- */

static int check(AttachmentSealing *sealing, const AttachmentToSend *file)
{
        uint64_t preparing = 0, uploading = 0;
        int r;

        if (!recipient_is_group(file->recipient) && !user_name_is_valid(file->recipient))
                return PROBLEM_BAD_NAME;
        if (strcmp(file->recipient, sealing->self->address.name) == 0)
                return PROBLEM_INVALID_ARGUMENT;
        if (file->caption && strlen(file->caption) > CONTENT_CAPTION_MAX)
                return PROBLEM_TEXT_TOO_LONG;
        if (file->caption && !g_utf8_validate(file->caption, -1, NULL))
                return PROBLEM_BAD_TEXT;
        r = store_attachment_count(sealing->store, TRANSFER_PREPARING, &preparing);
        if (r == 0)
                r = store_attachment_count(sealing->store, TRANSFER_UPLOADING, &uploading);
        if (r < 0)
                return r;
        return preparing + uploading >= ATTACHMENTS_WAITING_MAX ? (int)PROBLEM_TOO_MANY_CALLS : 0;
}

static int look_at_file(AttachmentSealing *sealing, int fd, uint64_t blob_max, uint64_t *size_out)
{
        struct stat st;
        int flags = fcntl(fd, F_GETFL);

        if (flags < 0 || fstat(fd, &st) < 0)
                return -errno;
        if (!S_ISREG(st.st_mode))
                return PROBLEM_INVALID_ARGUMENT;
        if ((flags & O_ACCMODE) == O_WRONLY || flags & O_PATH)
                return PROBLEM_ATTACHMENT_UNREADABLE;
        *size_out = (uint64_t)st.st_size;
        if (*size_out > BLOB_FILE_MAX || blob_size(*size_out) > blob_max)
                return PROBLEM_ATTACHMENT_TOO_LARGE;
        return attachment_space_for(sealing->folder, blob_size(*size_out)) ? 0 : (int)PROBLEM_DISK_FULL;
}

static int insert(AttachmentSealing *sealing, const AttachmentToSend *file, Message *message, Attachment *attachment)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        Contact contact;
        int r;

        r = store_begin(sealing->store, &transaction);
        if (r < 0)
                return r;
        r = recipient_open(sealing->store, file->recipient, &contact);
        if (r != 0)
                return r;
        if (file->reply_to) {
                r = outbox_check_reply_to(sealing->store, &contact, file->reply_to);
                if (r != 0)
                        return r;
        }
        r = timer_give(sealing->store, &contact, message);
        if (r < 0)
                return r;
        message->reason = contact.key_changed ? PROBLEM_KEY_CHANGED : PROBLEM_NONE;
        r = store_message_insert(sealing->store, contact.id, message);
        if (r != 0)
                return r < 0 ? r : -EEXIST;
        attachment->message = message->number;
        r = store_attachment_insert(sealing->store, attachment);
        if (r < 0)
                return r;
        r = store_event_add(sealing->store, EVENT_MESSAGE_QUEUED, contact.id, message->number);
        return r < 0 ? r : store_commit(&transaction);
}

static int start(AttachmentSealing *sealing, const Attachment *attachment, int source, int target)
{
        Sealed *sealed = g_new0(Sealed, 1);
        int r;

        sealed->sealing = sealing;
        sealed->message = attachment->message;
        sealing->under_way = g_list_prepend(sealing->under_way, sealed);
        r = attachment_job_start(sealing->jobs, ATTACHMENT_SEAL, &attachment->content, source, target, on_sealed,
                                 sealed, &sealed->job);
        if (r == 0)
                return 0;
        sealing->under_way = g_list_remove(sealing->under_way, sealed);
        g_free(sealed);
        finish(sealing, attachment->message, r, NULL);
        return r;
}

static void describe(const AttachmentToSend *file, Message *message, Attachment *attachment)
{
        const uint64_t now = clock_now_ms();

        *message = (Message){
                        .outgoing = true,
                        .kind = MESSAGE_ATTACHMENT,
                        .text = file->caption,
                        .text_size = file->caption ? strlen(file->caption) : 0,
                        .sent_ms = now,
                        .received_ms = now,
                        .state = MESSAGE_QUEUED,
                        .has_reply_to = file->reply_to != NULL,
        };
        if (file->reply_to)
                message->reply_to = *file->reply_to;
        message_id_new(&message->id);

        *attachment = (Attachment){.owns_blob = true, .transfer = TRANSFER_PREPARING};
        attachment_new_file_name(attachment->file);
        attachment_clean_name(file->name, attachment->content.name);
        attachment_clean_media_type(file->media_type, attachment->content.media_type);
        randombytes_buf(attachment->content.blob_id, sizeof(attachment->content.blob_id));
        randombytes_buf(attachment->content.key, sizeof(attachment->content.key));
}

int attachment_sealing_queue(AttachmentSealing *sealing, const AttachmentToSend *file, uint64_t blob_max, Message *out)
{
        _cleanup_(attachment_deinit) Attachment attachment = {0};
        _cleanup_(closep) int source = -1, target = -1;
        int r;

        r = check(sealing, file);
        if (r != 0)
                return r;
        describe(file, out, &attachment);
        r = look_at_file(sealing, file->fd, blob_max, &attachment.content.size);
        if (r != 0)
                return r;
        source = fcntl(file->fd, F_DUPFD_CLOEXEC, 3);
        if (source < 0)
                return -errno;
        target = openat(sealing->folder, attachment.file, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (target < 0)
                return -errno;
        r = insert(sealing, file, out, &attachment);
        out->text = NULL;
        if (r != 0) {
                unlinkat(sealing->folder, attachment.file, 0);
                return r;
        }
        return start(sealing, &attachment, g_steal_fd(&source), g_steal_fd(&target));
}
