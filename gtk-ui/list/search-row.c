/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/list/search-row.h"

#include <glib/gi18n.h>

#include "client/message.h"
#include "gtk-ui/wording.h"

enum { MATCHES_SHOWN = 64 };

struct _SmSearchRow {
        GtkListBoxRow parent;
        char *conversation;
        guint64 number;
        GtkWidget *where, *time, *snippet;
};

G_DEFINE_FINAL_TYPE(SmSearchRow, sm_search_row, GTK_TYPE_LIST_BOX_ROW)

/* What a click does, for those who do not click. */
static void on_open(GtkWidget *widget, const char *action, GVariant *parameter)
{
        gtk_widget_activate(widget);
}

static void sm_search_row_dispose(GObject *object)
{
        gtk_widget_dispose_template(GTK_WIDGET(object), SM_TYPE_SEARCH_ROW);
        G_OBJECT_CLASS(sm_search_row_parent_class)->dispose(object);
}

static void sm_search_row_finalize(GObject *object)
{
        g_free(SM_SEARCH_ROW(object)->conversation);
        G_OBJECT_CLASS(sm_search_row_parent_class)->finalize(object);
}

static void sm_search_row_class_init(SmSearchRowClass *class)
{
        GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = sm_search_row_dispose;
        G_OBJECT_CLASS(class)->finalize = sm_search_row_finalize;
        gtk_widget_class_set_template_from_resource(widget, "/org/securemessenger/SecureMessenger/search-row.ui");
        gtk_widget_class_install_action(widget, "row.open", NULL, on_open);
        gtk_widget_class_bind_template_child(widget, SmSearchRow, where);
        gtk_widget_class_bind_template_child(widget, SmSearchRow, time);
        gtk_widget_class_bind_template_child(widget, SmSearchRow, snippet);
}

static void sm_search_row_init(SmSearchRow *self)
{
        gtk_widget_init_template(GTK_WIDGET(self));
}

/* In which match, if in one, a character is; matches are in order, and the position goes up only. */
static gboolean is_match(const guint32 (*matches)[2], gsize count, gsize *at, guint32 position)
{
        while (*at < count && position >= matches[*at][1])
                (*at)++;
        return *at < count && position >= matches[*at][0];
}

static void embolden(PangoAttrList *attributes, gsize start, gsize end)
{
        PangoAttribute *bold = pango_attr_weight_new(PANGO_WEIGHT_BOLD);

        bold->start_index = (guint)start;
        bold->end_index = (guint)end;
        pango_attr_list_insert(attributes, bold);
}

/* On one line, without what cannot be seen: the marks move with what is left. */
static void show_snippet(SmSearchRow *self, const char *text, const guint32 (*matches)[2], gsize count)
{
        g_autoptr(GString) line = g_string_new(NULL);
        g_autoptr(PangoAttrList) attributes = pango_attr_list_new();
        gsize at = 0, start = 0;
        guint32 position = 0;
        gboolean inside = FALSE;

        for (const char *c = text; *c; c = g_utf8_next_char(c), position++) {
                gunichar character = g_utf8_get_char(c);
                gboolean match = is_match(matches, count, &at, position);

                if (inside && !match)
                        embolden(attributes, start, line->len);
                if (match && !inside)
                        start = line->len;
                inside = match;
                if (character == '\n' || character == '\t')
                        g_string_append_c(line, ' ');
                else if (!wording_is_invisible(character))
                        g_string_append_unichar(line, character);
        }
        if (inside)
                embolden(attributes, start, line->len);
        gtk_label_set_text(GTK_LABEL(self->snippet), line->str);
        gtk_label_set_attributes(GTK_LABEL(self->snippet), attributes);
}

static void show_where(SmSearchRow *self, SmDaemon *daemon, const ClientMessage *message)
{
        SmConversation *conversation = sm_daemon_find_conversation(daemon, message->conversation);
        const char *title = conversation ? sm_conversation_title(conversation) : message->conversation;
        g_autofree char *line = wording_isolated(title), *sender = wording_isolated(message->sender), *both = NULL;

        if (message->outgoing)
                both = g_strdup_printf(_("You to %s"), line);
        else if (conversation && sm_conversation_is_group(conversation))
                /* TRANSLATORS: a message of somebody to a group */
                both = g_strdup_printf(_("%s to %s"), sender, line);
        gtk_label_set_text(GTK_LABEL(self->where), both ? both : line);
}

SmSearchRow *sm_search_row_new(SmDaemon *daemon, GVariant *result)
{
        SmSearchRow *self = g_object_new(SM_TYPE_SEARCH_ROW, NULL);
        g_autoptr(GVariant) dictionary = g_variant_lookup_value(result, "message", G_VARIANT_TYPE_VARDICT);
        g_autoptr(GVariant) marks = g_variant_lookup_value(result, "matches", G_VARIANT_TYPE("a(uu)"));
        guint32 matches[MATCHES_SHOWN][2];
        gsize count = marks ? MIN(g_variant_n_children(marks), MATCHES_SHOWN) : 0;
        g_autofree char *time = NULL;
        const char *snippet = "";
        ClientMessage message;

        if (!dictionary)
                return self;
        client_message_init(&message, dictionary);
        for (gsize i = 0; i < count; i++)
                g_variant_get_child(marks, i, "(uu)", &matches[i][0], &matches[i][1]);
        g_variant_lookup(result, "snippet", "&s", &snippet);
        show_snippet(self, snippet, matches, count);
        show_where(self, daemon, &message);
        time = wording_short_time(message.time);
        gtk_label_set_text(GTK_LABEL(self->time), time);
        self->conversation = g_strdup(message.conversation);
        self->number = message.number;
        return self;
}

const char *sm_search_row_conversation(SmSearchRow *self)
{
        return self->conversation;
}

guint64 sm_search_row_number(SmSearchRow *self)
{
        return self->number;
}
