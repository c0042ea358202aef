/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/notices.h"

#include <glib.h>
#include <libintl.h>
#include <string.h>

#include "daemon/cleanup.h"
#include "daemon/log.h"
#include "daemon/notice-text.h"
#include "daemon/store-attachment.h"
#include "daemon/store-message.h"

#define _(text) gettext(text)

struct Notices {
        NotificationService *service;
        void (*shown)(void *userdata, Notice *notice);
        void *userdata;
        GHashTable *table; /* conversation: Notice */
        GList *leaving;    /* and those that are there no more, but for an answer */
};

static void notice_free(gpointer data)
{
        Notice *notice = data;

        sd_bus_slot_unref(notice->call);
        g_free(notice->conversation);
        g_free(notice->person);
        g_free(notice);
}

Notices *notices_new(NotificationService *service, void (*shown)(void *userdata, Notice *notice),
                     void *userdata)
{
        Notices *notices = g_new0(Notices, 1);

        notices->service = service;
        notices->shown = shown;
        notices->userdata = userdata;
        notices->table = g_hash_table_new(g_str_hash, g_str_equal);
        return notices;
}

Notices *notices_free(Notices *notices)
{
        if (!notices)
                return NULL;
        notices_close(notices, NULL);
        g_list_free_full(notices->leaving, notice_free);
        g_hash_table_unref(notices->table);
        g_free(notices);
        return NULL;
}

Notice *notices_of(const Notices *notices, const char *conversation)
{
        return g_hash_table_lookup(notices->table, conversation);
}

Notice *notices_obtain(Notices *notices, const char *conversation)
{
        Notice *notice = notices_of(notices, conversation);

        if (notice)
                return notice;
        notice = g_new0(Notice, 1);
        notice->notices = notices;
        notice->conversation = g_strdup(conversation);
        g_hash_table_insert(notices->table, notice->conversation, notice);
        return notice;
}

Notice *notices_by_id(const Notices *notices, uint32_t id)
{
        GHashTableIter iterator;
        gpointer value;

        g_hash_table_iter_init(&iterator, notices->table);
        while (g_hash_table_iter_next(&iterator, NULL, &value))
                if (id != 0 && ((Notice *)value)->id == id)
                        return value;
        return NULL;
}

NoticesFresh notices_count_fresh(const Notices *notices)
{
        NoticesFresh fresh = {0};
        GHashTableIter iterator;
        gpointer value;

        g_hash_table_iter_init(&iterator, notices->table);
        while (g_hash_table_iter_next(&iterator, NULL, &value)) {
                fresh.notices += ((Notice *)value)->fresh > 0;
                fresh.messages += ((Notice *)value)->fresh;
        }
        return fresh;
}

static bool is_offer(const Notice *notice)
{
        return g_str_has_prefix(notice->conversation, NOTICE_OFFER);
}

bool notice_is_of_one(const Notice *notice)
{
        return strcmp(notice->conversation, NOTICE_ALL) != 0 &&
               strcmp(notice->conversation, NOTICE_REQUESTS) != 0 && !is_offer(notice);
}

/* ---- Going ---- */

/* It is in the table no more. While the service has not said which number it gave, nobody can close it. */
static void leave(Notice *notice)
{
        Notices *notices = notice->notices;
        int r = 0;

        if (notice->call) {
                notice->leaving = true;
                notices->leaving = g_list_prepend(notices->leaving, notice);
                return;
        }
        if (notice->id != 0)
                r = notification_service_close(notices->service, notice->id);
        if (r < 0)
                log_warning("bus", r, "cannot close a notification");
        notice_free(notice);
}

void notices_close(Notices *notices, const char *conversation)
{
        GHashTableIter iterator;
        gpointer value;

        g_hash_table_iter_init(&iterator, notices->table);
        while (g_hash_table_iter_next(&iterator, NULL, &value)) {
                if (conversation && strcmp(conversation, ((Notice *)value)->conversation) != 0)
                        continue;
                g_hash_table_iter_steal(&iterator);
                leave(value);
        }
}

void notices_lost(Notices *notices)
{
        GHashTableIter iterator;
        gpointer value;

        g_hash_table_iter_init(&iterator, notices->table);
        while (g_hash_table_iter_next(&iterator, NULL, &value))
                ((Notice *)value)->id = 0;
        notices_close(notices, NULL);
}

void notices_sum_up(Notices *notices)
{
        unsigned count = 0;
        GHashTableIter iterator;
        gpointer value;

        g_hash_table_iter_init(&iterator, notices->table);
        while (g_hash_table_iter_next(&iterator, NULL, &value)) {
                const Notice *notice = value;

                if (strcmp(notice->conversation, NOTICE_ALL) == 0)
                        continue;
                count += notice->count + notice->fresh;
                g_hash_table_iter_steal(&iterator);
                leave(value);
        }
        notices_obtain(notices, NOTICE_ALL)->fresh += count;
}

/* ---- Coming ---- */

static int on_shown(sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        Notice *notice = userdata;
        Notices *notices = notice->notices;

        notice->call = sd_bus_slot_unref(notice->call);
        notice->id = notification_service_id(reply);
        if (notice->leaving) {
                notices->leaving = g_list_remove(notices->leaving, notice);
                leave(notice);
        } else {
                notices->shown(notices->userdata, notice);
        }
        return 0;
}

typedef struct Words {
        bool markup;
        char *text;
        char *sender; /* in a group: who says so */
        bool is_file; /* and nothing was said with it */
} Words;

/* What came under a key that nobody has accepted may be anybody's: it is to be read where the warning
 * stands. */
static int take_text(void *userdata, const Message *message)
{
        Words *words = userdata;

        if (message->text && !message->unaccepted_key)
                words->text = notice_text(message->text, message->text_size, words->markup);
        if (message->sender && !message->outgoing)
                words->sender = notice_text(message->sender, strlen(message->sender), words->markup);
        words->is_file = message->kind == MESSAGE_ATTACHMENT && message->text_size == 0 &&
                         !message->unaccepted_key;
        return 0;
}

static int take_file_name(Store *store, uint64_t message, Words *words)
{
        _cleanup_(attachment_deinit) Attachment attachment = {0};
        int r;

        r = store_attachment_get(store, message, &attachment);
        if (r != 0)
                return r < 0 ? r : 0;
        g_free(words->text);
        words->text = notice_text(attachment.content.name, strlen(attachment.content.name), words->markup);
        return 0;
}

static int conversation_body(const Notice *notice, Store *store, bool with_text, char **out)
{
        Words words = {.markup = notification_service_has_markup(notice->notices->service)};
        g_autofree char *count = notice_count(notice->count), *text = NULL, *sender = NULL;
        int r = 0;

        if (with_text)
                r = store_message_get(store, notice->newest, take_text, &words);
        if (r >= 0 && words.is_file)
                r = take_file_name(store, notice->newest, &words);
        sender = words.sender;
        text = words.text && sender ? notice_said(sender, words.text) : g_strdup(words.text);
        g_free(words.text);
        if (r < 0)
                return r;
        if (text && notice->count > 1)
                *out = g_strdup_printf("%s\n%s", count, text);
        else
                *out = g_strdup(text ? text : count);
        return 0;
}

static int body_of(const Notice *notice, Store *store, bool with_text, char **out)
{
        if (notice->problem != PROBLEM_NONE)
                *out = g_strdup_printf(_("Your answer was not sent. %s"), problem_sentence(notice->problem));
        else if (strcmp(notice->conversation, NOTICE_ALL) == 0)
                *out = notice_count(notice->count);
        else if (strcmp(notice->conversation, NOTICE_REQUESTS) == 0)
                *out = notice_requests(notice->count, notice->person);
        else if (is_offer(notice))
                *out = notice_offer(notice->person);
        else
                return conversation_body(notice, store, with_text, out);
        return 0;
}

static int show(Notice *notice, Store *store, bool with_text)
{
        const bool of_one = notice_is_of_one(notice);
        g_autofree char *body = NULL;
        Notification notification;
        int r;

        notice->count += notice->fresh;
        notice->fresh = 0;
        r = body_of(notice, store, with_text, &body);
        if (r < 0)
                return r;
        notification = (Notification){
                        .replaces = notice->id,
                        .summary = of_one ? notice->conversation : _("Secure Messenger"),
                        .body = body,
                        .can_reply = of_one,
        };
        return notification_service_show(notice->notices->service, &notification, &notice->call, on_shown,
                                         notice);
}

int notices_show_fresh(Notices *notices, Store *store, bool with_text)
{
        GHashTableIter iterator;
        gpointer value;
        int r, result = 0;

        g_hash_table_iter_init(&iterator, notices->table);
        while (g_hash_table_iter_next(&iterator, NULL, &value)) {
                Notice *notice = value;

                if (notice->fresh == 0 || notice->call)
                        continue;
                r = show(notice, store, with_text);
                if (r < 0)
                        result = r;
        }
        return result;
}
