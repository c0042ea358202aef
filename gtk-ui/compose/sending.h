/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client/messenger-proxies.h"
#include "gtk-ui/model/draft.h"

enum { SENDING_CAPTION_MAX = 16384 }; /* bytes; a longer text beside files goes before them, as a message of its own */

/* Of what did not leave, `rest`, which it takes, and why. */
typedef void SendingFailed(gpointer userdata, Draft *rest, const GError *error);

/*
 * Hands a draft over to the daemon, which takes it in: its words, or its files one after the other with the words as the first one's
 * caption; or the words for the message that it edits. Takes the draft and, where `userdata` is to outlive it, a reference.
 */
void sending_start(MessengerMessages *messages, const char *conversation, Draft *draft, SendingFailed *failed, gpointer userdata,
                   GDestroyNotify release);
