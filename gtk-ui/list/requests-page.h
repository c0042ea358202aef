/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "gtk-ui/model/conversation.h"

#define SM_TYPE_REQUESTS_PAGE (sm_requests_page_get_type())
G_DECLARE_FINAL_TYPE(SmRequestsPage, sm_requests_page, SM, REQUESTS_PAGE, AdwBin)

/*
 * Those who have written for the first time, each with what can be answered. Signal: "opened" (an SmConversation that somebody
 * wants to read first). The button back activates "list.back".
 */
void sm_requests_page_set_requests(SmRequestsPage *self, GListModel *requests);
GtkWidget *sm_requests_page_header(SmRequestsPage *self);
