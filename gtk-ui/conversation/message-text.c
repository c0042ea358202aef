/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/conversation/message-text.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <string.h>

#include "gtk-ui/conversation/link.h"
#include "gtk-ui/toast.h"

enum {
        SHOWN_CHARACTERS_MAX = 4000, /* a label lays out all of its text */
        LINKS_MAX = 64,
        WORD_MAX = 1000, /* where lines break inside of words, a longer one takes the square of the time */
};

/* Left-to-right and right-to-left overrides have no honest use here; marks and isolates do. */
static gboolean is_harmful(gunichar c)
{
        return (g_unichar_iscntrl(c) && c != '\n' && c != '\t') || c == 0x202d || c == 0x202e;
}

static char *harmless(const char *text, glong characters_max)
{
        GString *out = g_string_sized_new(64);
        glong count = 0, word = 0;

        for (const char *c = text; *c; c = g_utf8_next_char(c)) {
                const gunichar character = g_utf8_get_char(c);

                if (++count > characters_max) {
                        g_string_append(out, "…");
                        break;
                }
                g_string_append_unichar(out, is_harmful(character) ? 0xfffd : character);
                word = g_unichar_isspace(character) ? 0 : word + 1;
                if (word % WORD_MAX == WORD_MAX - 1)
                        g_string_append_unichar(out, 0x200b); /* a line may break here */
        }
        return g_string_free(out, FALSE);
}

char *message_text_harmless(const char *text)
{
        return harmless(text, G_MAXLONG);
}

gboolean message_text_is_cut(const char *text)
{
        return strlen(text) > SHOWN_CHARACTERS_MAX && g_utf8_strlen(text, -1) > SHOWN_CHARACTERS_MAX;
}

static void append_escaped(GString *markup, const char *text, gsize length)
{
        g_autofree char *escaped = g_markup_escape_text(text, (gssize)length);

        g_string_append(markup, escaped);
}

static void append_link(GString *markup, const char *text, gsize length)
{
        g_autofree char *copy = g_strndup(text, length);
        g_auto(Link) link = {0};
        g_autofree char *shown = NULL;
        g_autofree char *element = NULL;

        if (!link_read(&link, copy)) {
                append_escaped(markup, text, length);
                return;
        }
        /* TRANSLATORS: of a link, with the host that it leads to */
        shown = g_strdup_printf(_("Opens %s"), link.host);
        element = g_markup_printf_escaped("<a href=\"%s\" title=\"%s\">%s</a>", copy, shown, copy);
        g_string_append(markup, element);
}

char *message_text_markup(const char *text)
{
        g_autofree char *plain = harmless(text, SHOWN_CHARACTERS_MAX);
        GString *markup = g_string_sized_new(64);
        gsize done = 0, start, end;

        for (unsigned i = 0; i < LINKS_MAX && link_find(plain, done, &start, &end); i++) {
                append_escaped(markup, plain + done, start - done);
                append_link(markup, plain + start, end - start);
                done = end;
        }
        if (plain[done])
                append_escaped(markup, plain + done, strlen(plain + done));
        return g_string_free(markup, FALSE);
}

static void on_opened(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(GtkWidget) label = userdata;
        g_autoptr(GError) error = NULL;

        if (!g_app_info_launch_default_for_uri_finish(result, &error))
                toast_say(label, error->message);
}

static void open_uri(GtkWidget *label, const char *uri)
{
        g_autoptr(GdkAppLaunchContext) context = gdk_display_get_app_launch_context(gtk_widget_get_display(label));

        g_app_info_launch_default_for_uri_async(uri, G_APP_LAUNCH_CONTEXT(context), NULL, on_opened, g_object_ref(label));
}

static void on_response(AdwMessageDialog *dialog, const char *response, GtkWidget *label)
{
        if (g_strcmp0(response, "open") == 0)
                open_uri(label, g_object_get_data(G_OBJECT(dialog), "uri"));
}

static void ask(GtkWidget *label, const Link *link)
{
        GtkWidget *dialog = adw_message_dialog_new(GTK_WINDOW(gtk_widget_get_root(label)), _("Open This Link?"), NULL);

        if (g_strcmp0(link->host, link->host_shown) == 0)
                adw_message_dialog_format_body(ADW_MESSAGE_DIALOG(dialog),
                                               _("It may look like another one. It leads to:\n\n%s"), link->host);
        else
                adw_message_dialog_format_body(ADW_MESSAGE_DIALOG(dialog),
                                               /* TRANSLATORS: the host as computers write it, and as it is read */
                                               _("Its letters may look like others. It leads to:\n\n%s\n(\u2068%s\u2069)"),
                                               link->host, link->host_shown);
        adw_message_dialog_add_responses(ADW_MESSAGE_DIALOG(dialog), "cancel", _("_Cancel"), "open", _("Open _Anyway"), NULL);
        adw_message_dialog_set_response_appearance(ADW_MESSAGE_DIALOG(dialog), "open", ADW_RESPONSE_DESTRUCTIVE);
        adw_message_dialog_set_close_response(ADW_MESSAGE_DIALOG(dialog), "cancel");
        g_object_set_data_full(G_OBJECT(dialog), "uri", g_strdup(link->uri), g_free);
        g_signal_connect_object(dialog, "response", G_CALLBACK(on_response), label, 0);
        gtk_window_present(GTK_WINDOW(dialog));
}

void message_text_open_link(GtkWidget *widget, const char *text)
{
        g_auto(Link) link = {0};

        if (!link_read(&link, text))
                return;
        if (link.is_suspicious)
                ask(widget, &link);
        else
                open_uri(widget, link.uri);
}

static gboolean on_link(GtkLabel *label, const char *text)
{
        message_text_open_link(GTK_WIDGET(label), text);
        return GDK_EVENT_STOP;
}

void message_text_init_label(GtkLabel *label)
{
        g_autoptr(PangoAttrList) attributes = pango_attr_list_new();

        /* Nothing that nobody wrote: least of all in a link. */
        pango_attr_list_insert(attributes, pango_attr_insert_hyphens_new(FALSE));
        gtk_label_set_attributes(label, attributes);
        g_signal_connect(label, "activate-link", G_CALLBACK(on_link), NULL);
}

void message_text_set(GtkLabel *label, const char *text)
{
        g_autofree char *markup = message_text_markup(text);

        gtk_label_set_markup(label, markup);
}
