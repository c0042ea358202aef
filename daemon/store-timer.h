/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/store.h"
#include "e2ee/content.h"

/* Of a conversation: how long its messages stay, and the change that made it so. */
typedef struct Timer {
        uint32_t seconds; /* 0: they stay */
        uint64_t changed_ms;
        ContentMessageId id;
} Timer;

int store_timer_get(Store *store, int64_t contact, Timer *out);
int store_timer_set(Store *store, int64_t contact, const Timer *timer);

/* The time of this message begins, if it has one and it has not begun. */
int store_timer_start(Store *store, uint64_t number, uint64_t now_ms);
/* The same for all that came from a contact, up to this number: somebody has read them. */
int store_timer_start_read(Store *store, int64_t contact, uint64_t number, uint64_t now_ms);

enum { STORE_TIMER_NONE = 1 };

typedef struct TimerDue {
        uint64_t number, expires_ms;
        int64_t contact;
} TimerDue;

/* The message that goes first of those whose time has begun; 0 or STORE_TIMER_NONE. */
int store_timer_first(Store *store, TimerDue *out);

/* The clock was set back: nothing stays for longer than its time from now. */
int store_timer_limit(Store *store, uint64_t now_ms);
