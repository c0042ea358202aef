/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/conversation/message-information.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <string.h>

#include "gtk-ui/wording.h"

enum { WIDTH = 360, REACTIONS_MAX = 100 };

static void add(AdwPreferencesGroup *group, const char *title, const char *text)
{
        GtkWidget *row, *label;

        if (!text || !*text)
                return;
        row = adw_action_row_new();
        label = gtk_label_new(text);
        gtk_label_set_wrap(GTK_LABEL(label), TRUE);
        gtk_label_set_wrap_mode(GTK_LABEL(label), PANGO_WRAP_WORD_CHAR);
        gtk_label_set_natural_wrap_mode(GTK_LABEL(label), GTK_NATURAL_WRAP_NONE);
        gtk_widget_set_hexpand(label, TRUE);
        gtk_label_set_selectable(GTK_LABEL(label), TRUE);
        gtk_label_set_xalign(GTK_LABEL(label), 1);
        gtk_widget_add_css_class(label, "dim-label");
        gtk_widget_set_margin_top(label, 9);
        gtk_widget_set_margin_bottom(label, 9);
        adw_preferences_row_set_use_markup(ADW_PREFERENCES_ROW(row), FALSE);
        adw_preferences_row_set_title(ADW_PREFERENCES_ROW(row), title);
        adw_action_row_add_suffix(ADW_ACTION_ROW(row), label);
        adw_preferences_group_add(group, row);
}

static void add_time(AdwPreferencesGroup *group, const char *title, gint64 time)
{
        g_autoptr(GDateTime) when = time > 0 ? g_date_time_new_from_unix_local(time / 1000) : NULL;
        g_autofree char *text = when ? g_date_time_format(when, "%x %X") : NULL;

        add(group, title, text);
}

static const char *state_text(const ClientMessage *message)
{
        static const struct {
                const char *state, *text;
        } states[] = {
                        {"queued", N_("Waits until it can leave")},
                        {"sent", N_("With the server")},
                        {"delivered", N_("Has arrived")},
                        {"read", N_("Was read")},
                        {"failed", N_("Not sent")},
        };

        for (size_t i = 0; message->outgoing && i < G_N_ELEMENTS(states); i++)
                if (strcmp(message->state, states[i].state) == 0)
                        return _(states[i].text);
        return NULL;
}

static void add_about(AdwPreferencesGroup *group, const ClientMessage *message)
{
        gint64 expires = 0;

        g_variant_lookup(message->dictionary, "expires-time", "x", &expires);
        add(group, _("From"), message->outgoing ? _("You") : message->sender);
        add_time(group, message->outgoing ? _("Sent") : _("Sent, by Their Clock"), message->time);
        if (!message->outgoing)
                add_time(group, _("Received"), message->received_time);
        add_time(group, _("Edited"), message->edited_time);
        add_time(group, _("Disappears"), expires);
        add(group, _("State"), state_text(message));
        add(group, _("Why"), message->reason_text);
        if (message->unaccepted_key)
                add(group, _("Key"), _("New, and not accepted when it came"));
        if (strcmp(message->kind, "attachment") == 0) {
                g_autofree char *size = g_format_size(message->size);
                g_autofree char *name = wording_one_line(message->name);

                add(group, _("File"), name);
                add(group, _("Type"), message->media_type);
                add(group, _("Size"), size);
        }
}

static void add_reactions(AdwPreferencesPage *page, const ClientMessage *message)
{
        g_autoptr(GVariant) reactions =
                        g_variant_lookup_value(message->dictionary, "reactions", G_VARIANT_TYPE("a{ss}"));
        AdwPreferencesGroup *group;

        if (!reactions || g_variant_n_children(reactions) == 0)
                return;
        group = ADW_PREFERENCES_GROUP(adw_preferences_group_new());
        adw_preferences_group_set_title(group, _("Reactions"));
        for (gsize i = 0; i < MIN(g_variant_n_children(reactions), REACTIONS_MAX); i++) {
                const char *name, *emoji;

                g_variant_get_child(reactions, i, "{&s&s}", &name, &emoji);
                add(group, name, emoji);
        }
        adw_preferences_page_add(page, group);
}

void message_information_show(GtkWidget *widget, const ClientMessage *message)
{
        AdwPreferencesPage *page = ADW_PREFERENCES_PAGE(adw_preferences_page_new());
        AdwPreferencesGroup *group = ADW_PREFERENCES_GROUP(adw_preferences_group_new());
        GtkWidget *window = adw_preferences_window_new();

        add_about(group, message);
        adw_preferences_page_add(page, group);
        add_reactions(page, message);
        adw_preferences_window_add(ADW_PREFERENCES_WINDOW(window), page);
        adw_preferences_window_set_search_enabled(ADW_PREFERENCES_WINDOW(window), FALSE);
        gtk_window_set_title(GTK_WINDOW(window), _("Message"));
        gtk_window_set_default_size(GTK_WINDOW(window), WIDTH, -1);
        gtk_window_set_modal(GTK_WINDOW(window), TRUE);
        gtk_window_set_transient_for(GTK_WINDOW(window), GTK_WINDOW(gtk_widget_get_root(widget)));
        gtk_window_present(GTK_WINDOW(window));
}
