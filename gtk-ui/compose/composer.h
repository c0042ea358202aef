/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "gtk-ui/model/daemon.h"

#define SM_TYPE_COMPOSER (sm_composer_get_type())
G_DECLARE_FINAL_TYPE(SmComposer, sm_composer, SM, COMPOSER, AdwBin)

/* Where one writes to a conversation. "sending" is emitted when something leaves: the newest message is of interest. */

/* conversation NULL: to a stranger of that name. name NULL: to nobody. */
void sm_composer_set_conversation(SmComposer *self, SmDaemon *daemon, SmConversation *conversation, const char *name);

/* What is written answers a message of this conversation, or takes the place of one's own. */
void sm_composer_reply(SmComposer *self, const char *id);
void sm_composer_edit(SmComposer *self, const char *id);

/* What is dropped on a widget is taken for the conversation that is shown. */
void sm_composer_accept_drops(SmComposer *self, GtkWidget *area);
