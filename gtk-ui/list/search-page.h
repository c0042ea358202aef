/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "gtk-ui/model/daemon.h"

#define SM_TYPE_SEARCH_PAGE (sm_search_page_get_type())
G_DECLARE_FINAL_TYPE(SmSearchPage, sm_search_page, SM, SEARCH_PAGE, AdwBin)

/*
 * What is found: conversations by their names as one types, and messages by their words, the newest first and a page at a
 * time. Signals: "opened" (an SmConversation), "found" (an SmConversation and the number of a message in it).
 */
void sm_search_page_set_daemon(SmSearchPage *self, SmDaemon *daemon, GListModel *conversations);
void sm_search_page_set_words(SmSearchPage *self, const char *words); /* "": nothing is looked for */
