/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gtk-ui/model/daemon.h"

#define SM_TYPE_OFFER_WATCH (sm_offer_watch_get_type())
G_DECLARE_FINAL_TYPE(SmOfferWatch, sm_offer_watch, SM, OFFER_WATCH, GObject)

/* Waits for contacts who want to compare emoji, whichever conversation is open. Signal: "offered" (the contact, an SmConversation). */
SmOfferWatch *sm_offer_watch_new(SmDaemon *daemon, GDBusConnection *connection);
