/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/toast.h"

#include <adwaita.h>

#include "client/failure.h"

void toast_say(GtkWidget *widget, const char *text)
{
        GtkWidget *toasts = gtk_widget_get_ancestor(widget, ADW_TYPE_TOAST_OVERLAY);
        g_autofree char *escaped = g_markup_escape_text(text, -1);

        if (toasts)
                adw_toast_overlay_add_toast(ADW_TOAST_OVERLAY(toasts), adw_toast_new(escaped));
}

void toast_failure(GtkWidget *widget, const GError *error)
{
        g_autofree char *text = NULL;

        if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
                return;
        text = client_failure_describe(error);
        toast_say(widget, text);
}
