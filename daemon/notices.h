/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/notification-service.h"
#include "daemon/problem.h"
#include "daemon/store.h"

/* What the notification service shows of ours, and what is about to be shown: one notice a conversation. */

/* Those that are not of one conversation; no user name is like these. */
#define NOTICE_ALL      ""
#define NOTICE_REQUESTS "?"
#define NOTICE_OFFER    "!" /* and behind it the name of whom it is about: they want to compare emoji */

typedef struct Notices Notices;

typedef struct Notice {
        Notices *notices;
        char *conversation; /* or NOTICE_ALL and so on */
        uint32_t id;        /* the service's; 0: not shown */
        unsigned count;     /* messages (or requests) that it tells of */
        unsigned fresh;     /* those that it does not tell of yet */
        uint64_t newest;    /* message */
        char *person;       /* who the newest request, or the offer, is from */
        Problem problem;    /* that the answer met which was written into it: it tells of that alone */
        sd_bus_slot *call;  /* it is on its way to the service */
        bool leaving;       /* is to be closed when that is answered */
} Notice;

/* shown: the service has it; what is fresh since then can follow. */
Notices *notices_new(NotificationService *service, void (*shown)(void *userdata, Notice *notice),
                     void *userdata);
Notices *notices_free(Notices *notices);

/* A new one that says nothing, if there is none. */
Notice *notices_obtain(Notices *notices, const char *conversation);
/* NULL: there is none. */
Notice *notices_of(const Notices *notices, const char *conversation);
Notice *notices_by_id(const Notices *notices, uint32_t id);

typedef struct NoticesFresh {
        unsigned notices, messages;
} NoticesFresh;

NoticesFresh notices_count_fresh(const Notices *notices);

/* Closes those of a conversation; NULL: all. */
void notices_close(Notices *notices, const char *conversation);
/* The service shows nothing any more. */
void notices_lost(Notices *notices);
/* That for all takes the place of the others. */
void notices_sum_up(Notices *notices);
/* What is fresh is shown; with_text: with the words of the messages. 0, or the last error. */
int notices_show_fresh(Notices *notices, Store *store, bool with_text);

bool notice_is_of_one(const Notice *notice);
