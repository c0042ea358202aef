/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "client/message.h"
#include "gtk-ui/model/daemon.h"

#define SM_TYPE_PICTURE_WINDOW (sm_picture_window_get_type())
G_DECLARE_FINAL_TYPE(SmPictureWindow, sm_picture_window, SM, PICTURE_WINDOW, AdwWindow)

/* The picture of a message, as large as there is room for, above the window that the widget is in. */
void sm_picture_window_show(GtkWidget *widget, SmDaemon *daemon, const ClientMessage *message);
