/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/store-attachment.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/cleanup.h"

int store_attachment_insert(Store *store, const Attachment *attachment)
{
        const ContentAttachment *content = &attachment->content;
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(
                        store->database, &s,
                        "INSERT INTO attachment (message, owns_blob, file, blob_id, key, hash, size, name,"
                        "                        media_type, thumbnail, width, height, transfer, problem)"
                        " VALUES (:message, :owns_blob, :file, :blob_id, :key, :hash, :size, :name,"
                        "         :media_type, :thumbnail, :width, :height, :transfer, :problem)");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":message", (int64_t)attachment->message);
        statement_bind_int64(s, ":owns_blob", attachment->owns_blob);
        statement_bind_text(s, ":file", attachment->file);
        statement_bind_blob(s, ":blob_id", content->blob_id, sizeof(content->blob_id));
        statement_bind_blob(s, ":key", content->key, sizeof(content->key));
        statement_bind_blob(s, ":hash", content->hash, sizeof(content->hash));
        statement_bind_int64(s, ":size", (int64_t)content->size);
        statement_bind_text(s, ":name", content->name);
        statement_bind_text(s, ":media_type", content->media_type);
        statement_bind_blob(s, ":thumbnail", content->thumbnail, content->thumbnail_size);
        statement_bind_int64(s, ":width", content->width);
        statement_bind_int64(s, ":height", content->height);
        statement_bind_text(s, ":transfer", attachment_transfer_name(attachment->transfer));
        statement_bind_text(s, ":problem", attachment->problem ? problem_name(attachment->problem) : NULL);
        return statement_run(s);
}

/* ---- Reading ---- */

static int read_bytes_of(Statement *s, const char *column, uint8_t *out, size_t size)
{
        const uint8_t *data = NULL;
        size_t found = 0;

        statement_column_blob(s, column, &data, &found);
        if (!data || found != size)
                return -EBADMSG;
        memcpy(out, data, size);
        return 0;
}

static int read_text_of(Statement *s, const char *column, char *out, size_t room)
{
        const char *text = NULL;

        statement_column_text(s, column, &text);
        if (!text || strlen(text) >= room)
                return -EBADMSG;
        memcpy(out, text, strlen(text) + 1);
        return 0;
}

static int read_row(Statement *s, Attachment *out)
{
        int64_t message = 0, owns_blob = 0, size = 0, width = 0, height = 0, thumbnail_size = 0;
        const char *transfer = NULL, *problem = NULL;
        ContentAttachment *content = &out->content;

        *out = (Attachment){0};
        statement_column_int64(s, "message", &message);
        statement_column_int64(s, "owns_blob", &owns_blob);
        statement_column_int64(s, "size", &size);
        statement_column_int64(s, "width", &width);
        statement_column_int64(s, "height", &height);
        statement_column_int64(s, "thumbnail_size", &thumbnail_size);
        statement_column_text(s, "transfer", &transfer);
        statement_column_text(s, "problem", &problem);
        if (!transfer || !attachment_transfer_from_name(transfer, &out->transfer) || size < 0)
                return -EBADMSG;
        if (read_bytes_of(s, "blob_id", content->blob_id, sizeof(content->blob_id)) < 0 ||
            read_bytes_of(s, "key", content->key, sizeof(content->key)) < 0 ||
            read_bytes_of(s, "hash", content->hash, sizeof(content->hash)) < 0 ||
            read_text_of(s, "name", content->name, sizeof(content->name)) < 0 ||
            read_text_of(s, "media_type", content->media_type, sizeof(content->media_type)) < 0 ||
            read_text_of(s, "file", out->file, sizeof(out->file)) < 0)
                return -EBADMSG;
        out->message = (uint64_t)message;
        out->owns_blob = owns_blob != 0;
        out->problem = problem ? problem_from_name(problem) : PROBLEM_NONE;
        content->size = (uint64_t)size;
        content->width = (uint32_t)width;
        content->height = (uint32_t)height;
        content->thumbnail_size = (size_t)thumbnail_size;
        return 0;
}

static int read_one(Statement *s, Attachment *out)
{
        int r;

        r = statement_step(s);
        if (r <= 0)
                return r < 0 ? r : STORE_ATTACHMENT_NONE;
        return read_row(s, out);
}

int store_attachment_get(Store *store, uint64_t message, Attachment *out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT *, ifnull(length(thumbnail), 0) AS thumbnail_size FROM attachment"
                              " WHERE message = :message");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":message", (int64_t)message);
        return read_one(s, out);
}

int store_attachment_first(Store *store, AttachmentTransfer transfer, Attachment *out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT *, ifnull(length(thumbnail), 0) AS thumbnail_size FROM attachment"
                              " WHERE transfer = :transfer ORDER BY message LIMIT 1");
        if (r < 0)
                return r;
        statement_bind_text(s, ":transfer", attachment_transfer_name(transfer));
        return read_one(s, out);
}

int store_attachment_count(Store *store, AttachmentTransfer transfer, uint64_t *out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int64_t count = 0;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT count(*) AS count FROM attachment WHERE transfer = :transfer");
        if (r < 0)
                return r;
        statement_bind_text(s, ":transfer", attachment_transfer_name(transfer));
        r = statement_step(s);
        if (r <= 0)
                return r < 0 ? r : -EBADMSG;
        r = statement_column_int64(s, "count", &count);
        *out = (uint64_t)count;
        return r;
}

int store_attachment_thumbnail(Store *store, uint64_t message, uint8_t **out, size_t *size_out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        const uint8_t *data = NULL;
        size_t size = 0;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT thumbnail FROM attachment WHERE message = :message");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":message", (int64_t)message);
        r = statement_step(s);
        if (r < 0)
                return r;
        if (r > 0)
                statement_column_blob(s, "thumbnail", &data, &size);
        if (!data || size == 0 || size > CONTENT_THUMBNAIL_MAX)
                return STORE_ATTACHMENT_NONE;
        *out = malloc(size);
        if (!*out)
                return -ENOMEM;
        memcpy(*out, data, size);
        *size_out = size;
        return 0;
}

/* ---- Changing ---- */

int store_attachment_set_transfer(Store *store, uint64_t message, AttachmentTransfer transfer, Problem problem)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "UPDATE attachment SET transfer = :transfer, problem = :problem"
                              " WHERE message = :message");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":message", (int64_t)message);
        statement_bind_text(s, ":transfer", attachment_transfer_name(transfer));
        statement_bind_text(s, ":problem", problem ? problem_name(problem) : NULL);
        return statement_run(s);
}

int store_attachment_set_sealed(Store *store, uint64_t message, const ContentAttachment *content)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "UPDATE attachment SET hash = :hash, thumbnail = :thumbnail, width = :width,"
                              " height = :height, transfer = 'uploading' WHERE message = :message");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":message", (int64_t)message);
        statement_bind_blob(s, ":hash", content->hash, sizeof(content->hash));
        statement_bind_blob(s, ":thumbnail", content->thumbnail, content->thumbnail_size);
        statement_bind_int64(s, ":width", content->width);
        statement_bind_int64(s, ":height", content->height);
        return statement_run(s);
}

int store_attachment_set_blob_id(Store *store, uint64_t message, const uint8_t id[static CONTENT_BLOB_ID_SIZE])
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "UPDATE attachment SET blob_id = :blob_id WHERE message = :message");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":message", (int64_t)message);
        statement_bind_blob(s, ":blob_id", id, CONTENT_BLOB_ID_SIZE);
        return statement_run(s);
}

int store_attachment_leave_blob(Store *store, uint64_t message)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "UPDATE attachment SET owns_blob = 0 WHERE message = :message");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":message", (int64_t)message);
        return statement_run(s);
}

int store_attachment_remove(Store *store, uint64_t message)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s, "DELETE FROM attachment WHERE message = :message");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":message", (int64_t)message);
        return statement_run(s);
}

/* ---- What is left of those that are gone ---- */

int store_attachment_discard(Store *store, uint64_t message)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "INSERT OR IGNORE INTO attachment_garbage (file, blob_id)"
                              " SELECT file, CASE WHEN owns_blob THEN blob_id END FROM attachment"
                              " WHERE message = :message");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":message", (int64_t)message);
        return statement_run(s);
}

int store_attachment_has_file(Store *store, const char *file, bool *out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s, "SELECT message FROM attachment WHERE file = :file");
        if (r < 0)
                return r;
        statement_bind_text(s, ":file", file);
        r = statement_step(s);
        *out = r > 0;
        return r < 0 ? r : 0;
}

int store_attachment_next_garbage(Store *store, const char *after, AttachmentGarbage *out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT file, blob_id FROM attachment_garbage WHERE file > :after"
                              " ORDER BY file LIMIT 1");
        if (r < 0)
                return r;
        statement_bind_text(s, ":after", after);
        r = statement_step(s);
        if (r <= 0)
                return r < 0 ? r : STORE_ATTACHMENT_NONE;
        *out = (AttachmentGarbage){.has_blob = !statement_column_is_null(s, "blob_id")};
        r = read_text_of(s, "file", out->file, sizeof(out->file));
        if (r == 0 && out->has_blob)
                r = read_bytes_of(s, "blob_id", out->blob_id, sizeof(out->blob_id));
        return r;
}

int store_attachment_forget_garbage(Store *store, const char *file)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s, "DELETE FROM attachment_garbage WHERE file = :file");
        if (r < 0)
                return r;
        statement_bind_text(s, ":file", file);
        return statement_run(s);
}
