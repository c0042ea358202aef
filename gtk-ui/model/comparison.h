/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gtk-ui/model/conversation.h"

#define SM_TYPE_COMPARISON (sm_comparison_get_type())
G_DECLARE_FINAL_TYPE(SmComparison, sm_comparison, SM, COMPARISON, GObject)

typedef enum SmComparisonState {
        SM_COMPARISON_NONE,
        SM_COMPARISON_OFFERED,   /* the contact asks the person here */
        SM_COMPARISON_WAITING,   /* for the contact to say yes, or for their key */
        SM_COMPARISON_EMOJI,     /* there are emoji to look at */
        SM_COMPARISON_CONFIRMED, /* said so here, and waits for the contact to say so, too */
        SM_COMPARISON_VERIFIED,  /* this and the following: how it ended */
        SM_COMPARISON_MISMATCH,
        SM_COMPARISON_CANCELLED,
        SM_COMPARISON_TIMED_OUT,
} SmComparisonState;

/*
 * Comparing emoji with a contact, as one person here sees it: org.securemessenger.Messenger1.Verification, and which of its exchanges is
 * the one before their eyes. What they say is said of that one. Another one in its place is followed (both began at
 * once, and one goes on) until emoji were shown: from then on it means that theirs is over. Signals: "changed";
 * "failed" (a GError of a call).
 */
SmComparison *sm_comparison_new(SmConversation *contact);

SmComparisonState sm_comparison_state(SmComparison *self);
gboolean sm_comparison_is_under_way(SmComparison *self);

/* Seven of number, emoji, English name, "a(uss)"; NULL unless there are. They count as shown. */
GVariant *sm_comparison_show_emoji(SmComparison *self);

void sm_comparison_start(SmComparison *self); /* or says yes to the contact's; a new one if one is over */
void sm_comparison_confirm(SmComparison *self);
void sm_comparison_mismatch(SmComparison *self);
void sm_comparison_cancel(SmComparison *self);
void sm_comparison_forget(SmComparison *self); /* how the last one ended */
