/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <libintl.h>

#include "daemon/attachment-members.h"
#include "daemon/bus-error.h"
#include "daemon/bus-options.h"
#include "daemon/bus.h"
#include "daemon/cleanup.h"
#include "daemon/log.h"
#include "daemon/store-attachment.h"
#include "daemon/store-message.h"

#define _(text) gettext(text)

static void message_unrefp(sd_bus_message **m)
{
        sd_bus_message_unref(*m);
}

/* ---- SendAttachment ---- */

typedef struct Request {
        AttachmentToSend file;
        ContentMessageId reply_to;
        bool wait;
} Request;

static int read_request(sd_bus_message *m, Request *out)
{
        const char *reply_to = NULL;
        int wait = 0;
        const BusOption options[] = {
                        {"caption", SD_BUS_TYPE_STRING, &out->file.caption},
                        {"media-type", SD_BUS_TYPE_STRING, &out->file.media_type},
                        {"reply-to", SD_BUS_TYPE_STRING, &reply_to},
                        {"wait", SD_BUS_TYPE_BOOLEAN, &wait},
                        {NULL},
        };
        int r;

        out->file.media_type = "";
        r = sd_bus_message_read(m, "shs", &out->file.recipient, &out->file.fd, &out->file.name);
        if (r < 0)
                return r;
        r = bus_read_options(m, options);
        if (r != 0)
                return r;
        out->wait = wait != 0;
        if (out->file.caption && !*out->file.caption)
                out->file.caption = NULL;
        if (!reply_to)
                return 0;
        out->file.reply_to = &out->reply_to;
        return message_id_parse(reply_to, &out->reply_to) ? 0 : PROBLEM_NOT_FOUND;
}

/* What is wrong with a file, or with what is said about it, is not what is wrong with a text. */
static int refuse_file(sd_bus_message *m, int result)
{
        if (result == PROBLEM_TEXT_TOO_LONG)
                return bus_reply_error_text(m, result,
                                            _("The caption is longer than 16,384 bytes. Send it as a message of its own."));
        if (result == PROBLEM_INVALID_ARGUMENT)
                return bus_reply_error_text(m, result,
                                            _("Only a regular file can be sent, and only to somebody else: a note to oneself is a "
                                              "text."));
        return bus_reply_error(m, result);
}

int attachment_method_send(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        Request request = {0};
        Message message = {0};
        Bus *bus = userdata;
        BusCall *call = NULL;
        Messenger *messenger;
        int r, locked;

        r = read_request(m, &request);
        if (r != 0)
                return r < 0 ? r : bus_reply_error(m, r);
        messenger = bus_messenger(bus, &locked);
        if (!messenger)
                return bus_reply_error(m, locked);
        if (request.wait) {
                r = bus_call_new(bus->calls, m, &call);
                if (r != 0)
                        return bus_reply_error(m, r);
        }
        r = attachments_send(messenger->attachments, &request.file, &message);
        if (r != 0) {
                bus_call_free(call);
                return refuse_file(m, r);
        }
        if (!request.wait)
                return send_reply(bus, m, &message);
        send_waits_add(bus->waits, call, message.number);
        return 1;
}

/* ---- Which message ---- */

static int take_number(void *userdata, const Message *message)
{
        uint64_t *number = userdata;

        *number = message->number;
        return message->kind == MESSAGE_ATTACHMENT ? 0 : PROBLEM_NOT_FOUND;
}

/* 0, or what to answer. */
static int find(Bus *bus, const char *text, Messenger **messenger_out, uint64_t *number_out)
{
        ContentMessageId id;
        int r;

        *messenger_out = bus_messenger(bus, &r);
        if (!*messenger_out)
                return r;
        if (!message_id_parse(text, &id))
                return PROBLEM_NOT_FOUND;
        r = store_message_find((*messenger_out)->store, &id, take_number, number_out);
        return r > 0 ? (int)PROBLEM_NOT_FOUND : r;
}

int attachment_method_fetch(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        const char *id = NULL;
        Messenger *messenger;
        uint64_t number;
        int r;

        r = sd_bus_message_read(m, "s", &id);
        if (r < 0)
                return r;
        r = find(userdata, id, &messenger, &number);
        if (r == 0)
                r = attachments_fetch(messenger->attachments, number);
        return r == 0 ? sd_bus_reply_method_return(m, NULL) : bus_reply_error(m, r);
}

int attachment_method_thumbnail(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        _cleanup_(message_unrefp) sd_bus_message *reply = NULL;
        _cleanup_(freep) uint8_t *data = NULL;
        const char *id = NULL;
        Messenger *messenger;
        uint64_t number;
        size_t size = 0;
        int r;

        r = sd_bus_message_read(m, "s", &id);
        if (r < 0)
                return r;
        r = find(userdata, id, &messenger, &number);
        if (r == 0)
                r = store_attachment_thumbnail(messenger->store, number, &data, &size);
        if (r != 0)
                return bus_reply_error(m, r == STORE_ATTACHMENT_NONE ? (int)PROBLEM_NOT_FOUND : r);
        r = sd_bus_message_new_method_return(m, &reply);
        if (r < 0)
                return r;
        r = sd_bus_message_append_array(reply, 'y', data, size);
        return r < 0 ? r : sd_bus_send(NULL, reply, NULL);
}

/* ---- SaveAttachment ---- */

typedef struct Save {
        Bus *bus;
        BusCall *call;
        AttachmentJob *job;
} Save;

static void save_free(Save *save)
{
        save->bus->saves = g_list_remove(save->bus->saves, save);
        attachment_job_cancel(save->job);
        bus_call_free(save->call);
        g_free(save);
}

static void on_saved(void *userdata, int result, const ContentAttachment *sealed)
{
        Save *save = userdata;

        save->job = NULL;
        /* What is wrong with the other end of their descriptor is theirs to know. */
        if (result == -EPIPE || result == -EBADF || result == -EINVAL || result == -EPERM || result == -EFBIG)
                result = PROBLEM_INVALID_ARGUMENT;
        save->call = bus_call_finish(save->call, result);
        save_free(save);
}

/* Nobody is left who wants it. */
static void on_gone(void *userdata)
{
        save_free(userdata);
}

static int start_save(Save *save, const char *id, int fd)
{
        Messenger *messenger;
        uint64_t number;
        int r, out;

        r = find(save->bus, id, &messenger, &number);
        if (r != 0)
                return r;
        out = fcntl(fd, F_DUPFD_CLOEXEC, 3);
        if (out < 0)
                return -errno;
        return attachments_save(messenger->attachments, number, out, on_saved, save, &save->job);
}

int attachment_method_save(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        Bus *bus = userdata;
        const char *id = NULL;
        Save *save;
        int r, fd = -1;

        r = sd_bus_message_read(m, "sh", &id, &fd);
        if (r < 0)
                return r;
        save = g_new0(Save, 1);
        save->bus = bus;
        bus->saves = g_list_prepend(bus->saves, save);
        r = bus_call_new(bus->calls, m, &save->call);
        if (r == 0)
                r = start_save(save, id, fd);
        if (r != 0) {
                save_free(save);
                return bus_reply_error(m, r);
        }
        bus_call_set_gone(save->call, on_gone, save);
        return 1;
}

void attachments_bus_end_saves(Bus *bus)
{
        while (bus->saves) {
                Save *save = bus->saves->data;

                save->call = bus_call_finish(save->call, PROBLEM_LOCKED);
                save_free(save);
        }
}

/* ---- What a message says of its file ---- */

static int append_attachment(Messenger *messenger, sd_bus_message *m, const Attachment *attachment)
{
        const ContentAttachment *content = &attachment->content;
        int r;

        r = sd_bus_message_append(m, "{sv}{sv}{sv}{sv}{sv}{sv}", "name", "s", content->name, "media-type", "s",
                                  content->media_type, "size", "t", content->size, "transfer", "s",
                                  attachment_transfer_name(attachment->transfer), "transferred", "t",
                                  attachments_done(messenger->attachments, attachment), "thumbnail", "b",
                                  (int)(content->thumbnail_size > 0));
        if (r < 0)
                return r;
        if (content->width > 0 && content->height > 0) {
                r = sd_bus_message_append(m, "{sv}{sv}", "width", "u", content->width, "height", "u",
                                          content->height);
                if (r < 0)
                        return r;
        }
        if (attachment->problem == PROBLEM_NONE)
                return 0;
        return sd_bus_message_append(m, "{sv}{sv}", "transfer-problem", "s", problem_name(attachment->problem),
                                     "transfer-problem-text", "s", problem_sentence(attachment->problem));
}

int attachments_bus_append(Bus *bus, sd_bus_message *m, const Message *message)
{
        _cleanup_(attachment_deinit) Attachment attachment = {0};
        Messenger *messenger = account_messenger(bus->account);
        int r;

        if (message->kind != MESSAGE_ATTACHMENT)
                return 0;
        r = store_attachment_get(messenger->store, message->number, &attachment);
        if (r != 0)
                return r < 0 ? r : 0;
        return append_attachment(messenger, m, &attachment);
}

/* ---- Progress ---- */

typedef struct Emit {
        Bus *bus;
        const AttachmentProgress *progress;
} Emit;

static int emit(void *userdata, const Message *message)
{
        const Emit *e = userdata;
        char id[MESSAGE_ID_TEXT_SIZE];

        message_id_format(&message->id, id);
        return sd_bus_emit_signal(e->bus->bus, BUS_ROOT, BUS_MESSAGES, "Progress", "sstt", id,
                                  attachment_transfer_name(e->progress->transfer), e->progress->done,
                                  e->progress->size);
}

void attachments_bus_announce(Bus *bus, const AttachmentProgress *progress)
{
        Messenger *messenger = account_messenger(bus->account);
        Emit e = {bus, progress};
        int r;

        r = store_message_get(messenger->store, progress->message, emit, &e);
        if (r < 0)
                log_warning("bus", r, "cannot announce progress");
}
