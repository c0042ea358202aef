/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/attachment.h"

#include <glib.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static const char *const transfer_names[] = {
                [TRANSFER_PREPARING] = "preparing",     [TRANSFER_UPLOADING] = "uploading",
                [TRANSFER_ARRIVED] = "arrived",         [TRANSFER_OFFERED] = "offered",
                [TRANSFER_DOWNLOADING] = "downloading", [TRANSFER_COMPLETE] = "complete",
                [TRANSFER_GONE] = "gone",               [TRANSFER_DAMAGED] = "damaged",
};

const char *attachment_transfer_name(AttachmentTransfer transfer)
{
        return transfer_names[transfer];
}

bool attachment_transfer_from_name(const char *name, AttachmentTransfer *out)
{
        for (unsigned i = 0; i < G_N_ELEMENTS(transfer_names); i++) {
                if (strcmp(transfer_names[i], name) != 0)
                        continue;
                *out = (AttachmentTransfer)i;
                return true;
        }
        return false;
}

void attachment_deinit(Attachment *attachment)
{
        free(attachment->content.thumbnail);
        sodium_memzero(attachment, sizeof(*attachment));
}

void attachment_new_file_name(char out[static ATTACHMENT_FILE_SIZE])
{
        uint8_t random[(ATTACHMENT_FILE_SIZE - 1) / 2];

        randombytes_buf(random, sizeof(random));
        sodium_bin2hex(out, ATTACHMENT_FILE_SIZE, random, sizeof(random));
}

bool attachment_is_file_name(const char *name)
{
        return strlen(name) == ATTACHMENT_FILE_SIZE - 1 &&
               strspn(name, "0123456789abcdef") == ATTACHMENT_FILE_SIZE - 1;
}

static bool is_joiner(gunichar c)
{
        return c == 0x200c || c == 0x200d;
}

/* To be seen, or to be a joiner between what is seen. */
static bool is_harmless(gunichar c)
{
        static const guint32 harmful = 1u << G_UNICODE_CONTROL | 1u << G_UNICODE_FORMAT |
                                       1u << G_UNICODE_SURROGATE | 1u << G_UNICODE_UNASSIGNED |
                                       1u << G_UNICODE_PRIVATE_USE | 1u << G_UNICODE_LINE_SEPARATOR |
                                       1u << G_UNICODE_PARAGRAPH_SEPARATOR;

        return is_joiner(c) || !(harmful >> g_unichar_type(c) & 1);
}

static bool may_begin(gunichar c)
{
        return c != '.' && !g_unichar_isspace(c) && !is_joiner(c);
}

void attachment_clean_name(const char *name, char out[static CONTENT_FILE_NAME_MAX + 1])
{
        g_autoptr(GString) clean = g_string_new(NULL);
        const char *begin = name, *p;

        for (p = name; *p; p++)
                if (*p == '/' || *p == '\\')
                        begin = p + 1;
        for (p = begin; *p; p = g_utf8_next_char(p)) {
                gunichar c = g_utf8_get_char(p);

                if (is_harmless(c))
                        g_string_append_unichar(clean, g_unichar_isspace(c) ? ' ' : c);
        }
        while (clean->len > 0 && clean->str[clean->len - 1] == ' ')
                g_string_truncate(clean, clean->len - 1);

        p = clean->str;
        while (strlen(p) > CONTENT_FILE_NAME_MAX || (*p && !may_begin(g_utf8_get_char(p))))
                p = g_utf8_next_char(p);
        g_strlcpy(out, *p ? p : "file", CONTENT_FILE_NAME_MAX + 1);
}

void attachment_clean_media_type(const char *type, char out[static CONTENT_MEDIA_TYPE_MAX + 1])
{
        static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789!#$&^_.+-";
        const size_t kind = strspn(type, allowed);
        const size_t size = strlen(type);

        if (kind > 0 && type[kind] == '/' && type[kind + 1] && size <= CONTENT_MEDIA_TYPE_MAX &&
            kind + 1 + strspn(type + kind + 1, allowed) == size)
                memcpy(out, type, size + 1);
        else
                g_strlcpy(out, "application/octet-stream", CONTENT_MEDIA_TYPE_MAX + 1);
}
