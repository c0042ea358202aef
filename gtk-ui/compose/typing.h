/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gtk-ui/model/conversation.h"

/*
 * Tells a contact that the person here writes to them: at once, then now and then while it goes on, and that it has ended when nothing is
 * written for a while. Whether they may know it, the daemon says. NULL, for groups and strangers, is told nothing.
 */
typedef struct Typing Typing;

enum { TYPING_AGAIN_MS = 3000, TYPING_IDLE_MS = 6000 };

Typing *typing_new(SmConversation *conversation); /* or NULL */
void typing_go_on(Typing *typing);                /* something was written */
void typing_stop(Typing *typing);                 /* it was taken back */
void typing_sent(Typing *typing);                 /* what is sent says it */
Typing *typing_free(Typing *typing);              /* stops */
