/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/notifier.h"

#include <glib.h>
#include <sodium.h>
#include <string.h>

#include "daemon/bus.h"
#include "daemon/desktop-window.h"
#include "daemon/group.h"
#include "daemon/log.h"
#include "daemon/notices.h"
#include "daemon/store-verification.h"

enum {
        QUIET_MS = 400,        /* what comes after a shorter pause belongs together, */
        LATEST_MS = 3000,      /* and is told after this, however it goes on */
        SUMMARY_MS = 10000,    /* how long a summary stands for what comes after it as well */
        CONVERSATIONS_MAX = 3, /* more at once are told by a summary, */
        MESSAGES_MAX = 10,     /* as are more messages than these that are not all from one */
};

struct Notifier {
        Bus *bus;
        DesktopWindow *window;
        NotificationService *service;
        Notices *notices;
        guint timer;
        int64_t first_ms;   /* when what is to be told began; 0: nothing is */
        int64_t summary_ms; /* when the last summary was given; 0: never */
};

static int64_t now_ms(void)
{
        return g_get_monotonic_time() / 1000;
}

void notifier_clear(Notifier *notifier, const char *conversation)
{
        notices_close(notifier->notices, conversation);
        if (!conversation)
                notifier->summary_ms = 0;
}

/* ---- Telling ---- */

static bool needs_summary(const Notifier *notifier)
{
        const NoticesFresh fresh = notices_count_fresh(notifier->notices);

        return fresh.notices > CONVERSATIONS_MAX || (fresh.notices > 1 && fresh.messages > MESSAGES_MAX) ||
               (notifier->summary_ms != 0 && now_ms() - notifier->summary_ms < SUMMARY_MS);
}

enum { CONTENT_FULL, CONTENT_NAME, CONTENT_NONE }; /* the words of the setting, in their order */

static void tell(Notifier *notifier, Messenger *messenger)
{
        uint32_t content = settings_number(&messenger->settings, SETTING_NOTIFICATION_CONTENT);
        int r;

        if (content == CONTENT_NONE) {
                notices_sum_up(notifier->notices);
        } else if (needs_summary(notifier)) {
                notices_sum_up(notifier->notices);
                notifier->summary_ms = now_ms();
        }
        r = notices_show_fresh(notifier->notices, messenger->store, content == CONTENT_FULL);
        if (r < 0)
                log_warning("bus", r, "cannot show a notification");
}

static void on_ready(void *userdata)
{
        Notifier *notifier = userdata;
        Messenger *messenger = account_messenger(notifier->bus->account);

        if (!messenger || desktop_window_is_open(notifier->window) ||
            !settings_bool(&messenger->settings, SETTING_NOTIFICATIONS))
                notifier_clear(notifier, NULL);
        else
                tell(notifier, messenger);
}

static gboolean on_time(gpointer userdata)
{
        Notifier *notifier = userdata;
        int r = 0;

        notifier->timer = 0;
        notifier->first_ms = 0;
        if (notification_service_is_ready(notifier->service))
                on_ready(notifier);
        else
                r = notification_service_ask(notifier->service);
        if (r < 0)
                log_warning("bus", r, "cannot ask the notification service");
        return G_SOURCE_REMOVE;
}

static void tell_soon(Notifier *notifier)
{
        int64_t now = now_ms(), wait;

        if (notifier->first_ms == 0)
                notifier->first_ms = now;
        wait = CLAMP(notifier->first_ms + LATEST_MS - now, 0, QUIET_MS);
        if (notifier->timer)
                g_source_remove(notifier->timer);
        notifier->timer = g_timeout_add((guint)wait, on_time, notifier);
}

static void on_shown(void *userdata, Notice *notice)
{
        if (notice->fresh > 0)
                tell_soon(userdata);
}

/* ---- What happens ---- */

/* The one place that says who makes no noise: whoever has not been accepted, or is muted. */
static bool is_silent(const Notifier *notifier, const char *conversation)
{
        const Messenger *messenger = account_messenger(notifier->bus->account);
        Contact contact;

        return !messenger || store_contact_find(messenger->store, conversation, &contact) != 0 ||
               !contact_is_accepted(&contact) || contact.marks[MARK_MUTED] ||
               group_is_invitation(messenger->store, &contact);
}

static void take_message(Notifier *notifier, const Event *event)
{
        Notice *notice;

        if (desktop_window_is_open(notifier->window) || is_silent(notifier, event->conversation))
                return;
        notice = notices_obtain(notifier->notices, event->conversation);
        if (notice->problem != PROBLEM_NONE)
                notice->count = notice->fresh = 0;
        notice->problem = PROBLEM_NONE;
        notice->fresh++;
        notice->newest = event->message;
        tell_soon(notifier);
}

static void take_request(Notifier *notifier, const Event *event)
{
        Notice *notice;

        if (desktop_window_is_open(notifier->window))
                return;
        notice = notices_obtain(notifier->notices, NOTICE_REQUESTS);
        notice->fresh++;
        g_free(notice->person);
        notice->person = g_strdup(event->conversation);
        tell_soon(notifier);
}

/* It stands while the contact waits, and goes however that ends. */
static void take_verification(Notifier *notifier, const Event *event)
{
        g_autofree char *key = g_strconcat(NOTICE_OFFER, event->conversation, NULL);
        Messenger *messenger = account_messenger(notifier->bus->account);
        Verification verification = {0};
        Contact contact;
        Notice *notice;
        int r;

        notifier_clear(notifier, key);
        if (!messenger || desktop_window_is_open(notifier->window) || is_silent(notifier, event->conversation))
                return;
        r = store_contact_find(messenger->store, event->conversation, &contact);
        if (r == 0)
                r = store_verification_load(messenger->store, contact.id, &verification);
        if (r == 0 && verification.state == VERIFICATION_OFFERED) {
                notice = notices_obtain(notifier->notices, key);
                notice->fresh = 1;
                notice->person = g_strdup(event->conversation);
                tell_soon(notifier);
        }
        sodium_memzero(&verification, sizeof(verification));
}

static uint64_t newest_of(const Notifier *notifier, const char *conversation)
{
        const Notice *notice = notices_of(notifier->notices, conversation);

        return notice ? notice->newest : 0;
}

void notifier_take(Notifier *notifier, const Event *event)
{
        if (!event->conversation)
                return;
        if (event->kind == EVENT_MESSAGE_RECEIVED) {
                take_message(notifier, event);
        } else if (event->kind == EVENT_CONTACT_REQUEST) {
                take_request(notifier, event);
        } else if (event->kind == EVENT_VERIFICATION_CHANGED) {
                take_verification(notifier, event);
        } else if (event->kind == EVENT_CONTACT_ACCEPTED || event->kind == EVENT_CONTACT_DECLINED) {
                notifier_clear(notifier, NOTICE_REQUESTS);
        } else if (event->kind == EVENT_MESSAGE_DELETED) {
                if (newest_of(notifier, event->conversation) == event->message)
                        notifier_clear(notifier, event->conversation);
        } else if (event->kind == EVENT_CONVERSATION_READ) {
                if (newest_of(notifier, event->conversation) <= event->message)
                        notifier_clear(notifier, event->conversation);
        } else if (event->kind == EVENT_MESSAGE_QUEUED) {
                notifier_clear(notifier, event->conversation); /* who writes has seen it */
        } else if (event->kind == EVENT_CONTACT_BLOCKED) {
                notifier_clear(notifier, event->conversation);
                notifier_clear(notifier, NOTICE_REQUESTS);
        }
}

/* ---- What a person does with it ---- */

static void on_opened(void *userdata, uint32_t id, const char *token)
{
        Notifier *notifier = userdata;
        const Notice *notice = notices_by_id(notifier->notices, id);
        const char *conversation = NULL;
        int r;

        if (!notice)
                return;
        if (notice_is_of_one(notice))
                conversation = notice->conversation;
        else if (notice->person && notice->count == 1)
                conversation = notice->person;
        r = desktop_window_show(notifier->window, conversation, token);
        if (r < 0)
                log_warning("bus", r, "cannot open the window");
}

static void on_replied(void *userdata, uint32_t id, const char *text)
{
        Notifier *notifier = userdata;
        Messenger *messenger = account_messenger(notifier->bus->account);
        Notice *notice = notices_by_id(notifier->notices, id);
        g_autofree char *name = NULL;
        Message message = {0};
        OutboxText answer;
        int r;

        if (!notice || !messenger || !notice_is_of_one(notice))
                return;
        name = g_strdup(notice->conversation); /* the notice ends where the answer begins */
        answer = (OutboxText){.recipient = name, .text = text, .size = strlen(text)};
        r = outbox_queue(messenger->outbox, &answer, &message);
        if (r == 0)
                return;
        notice = notices_obtain(notifier->notices, name);
        notice->problem = problem_from_result(r);
        notice->fresh++;
        tell_soon(notifier);
}

static void on_closed(void *userdata, uint32_t id)
{
        Notifier *notifier = userdata;
        Notice *notice = notices_by_id(notifier->notices, id);

        if (!notice)
                return;
        notice->id = 0;
        notice->count = 0;
        if (!notice_is_of_one(notice))
                notifier->summary_ms = 0; /* a person has seen it */
}

static void on_absent(void *userdata)
{
        Notifier *notifier = userdata;

        notices_lost(notifier->notices);
        notifier->summary_ms = 0;
}

static void on_window(void *userdata)
{
        notifier_clear(userdata, NULL);
}

/* ---- Life ---- */

static const NotificationHandler handler = {
                .ready = on_ready,
                .absent = on_absent,
                .opened = on_opened,
                .replied = on_replied,
                .closed = on_closed,
};

int notifier_new(Bus *bus, Notifier **out)
{
        Notifier *notifier = g_new0(Notifier, 1);
        int r;

        notifier->bus = bus;
        r = notification_service_new(bus->bus, &handler, notifier, &notifier->service);
        if (r >= 0)
                r = desktop_window_new(bus->bus, on_window, notifier, &notifier->window);
        if (r < 0) {
                notifier_free(notifier);
                return r;
        }
        notifier->notices = notices_new(notifier->service, on_shown, notifier);
        *out = notifier;
        return 0;
}

Notifier *notifier_free(Notifier *notifier)
{
        if (!notifier)
                return NULL;
        if (notifier->timer)
                g_source_remove(notifier->timer);
        notifier->window = desktop_window_free(notifier->window);
        notifier->notices = notices_free(notifier->notices);
        notifier->service = notification_service_free(notifier->service);
        g_free(notifier);
        return NULL;
}
