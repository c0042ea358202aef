/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/conversation/message-reactions.h"

#include <string.h>

#include "gtk-ui/conversation/message-commands.h"

enum { EMOJI_MAX = 6, NAMES_MAX = 20 };

typedef struct Reaction {
        const char *emoji;
        guint count;
        gboolean is_own;
        GString *names;
} Reaction;

static void reaction_clear(gpointer data)
{
        g_string_free(((Reaction *)data)->names, TRUE);
}

static Reaction *find(GArray *reactions, const char *emoji)
{
        Reaction new = {.emoji = emoji};

        for (guint i = 0; i < reactions->len; i++)
                if (strcmp(g_array_index(reactions, Reaction, i).emoji, emoji) == 0)
                        return &g_array_index(reactions, Reaction, i);
        new.names = g_string_new(NULL);
        g_array_append_val(reactions, new);
        return &g_array_index(reactions, Reaction, reactions->len - 1);
}

static GArray *count(GVariant *dictionary, const char *own_name)
{
        GArray *reactions = g_array_new(FALSE, FALSE, sizeof(Reaction));

        g_array_set_clear_func(reactions, reaction_clear);
        for (gsize i = 0; dictionary && i < g_variant_n_children(dictionary); i++) {
                const char *name, *emoji;
                Reaction *reaction;

                g_variant_get_child(dictionary, i, "{&s&s}", &name, &emoji);
                reaction = find(reactions, emoji);
                if (strcmp(name, own_name) == 0)
                        reaction->is_own = TRUE;
                if (reaction->count++ < NAMES_MAX)
                        g_string_append_printf(reaction->names, "%s%s", reaction->names->len > 0 ? "\n" : "", name);
                else if (reaction->count == NAMES_MAX + 1)
                        g_string_append(reaction->names, "\n…");
        }
        return reactions;
}

static GtkWidget *button_new(const Reaction *reaction)
{
        g_autofree char *label = reaction->count > 1 ? g_strdup_printf("%s %u", reaction->emoji, reaction->count)
                                                     : g_strdup(reaction->emoji);
        GtkWidget *button = gtk_button_new_with_label(label);

        message_commands_connect(button, "message.react", reaction->is_own ? "" : reaction->emoji);
        gtk_widget_set_tooltip_text(button, reaction->names->str);
        gtk_widget_add_css_class(button, "reactions");
        if (reaction->is_own)
                gtk_widget_add_css_class(button, "own");
        gtk_accessible_update_property(GTK_ACCESSIBLE(button), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, reaction->names->str,
                                       -1);
        return button;
}

gboolean message_reactions_show(GtkBox *box, const ClientMessage *message, const char *own_name)
{
        g_autoptr(GVariant) dictionary =
                        g_variant_lookup_value(message->dictionary, "reactions", G_VARIANT_TYPE("a{ss}"));
        g_autoptr(GArray) reactions = count(dictionary, own_name);
        GtkWidget *old;

        while ((old = gtk_widget_get_first_child(GTK_WIDGET(box))))
                gtk_box_remove(box, old);
        for (guint i = 0; i < MIN(reactions->len, EMOJI_MAX); i++)
                gtk_box_append(box, button_new(&g_array_index(reactions, Reaction, i)));
        if (reactions->len > EMOJI_MAX)
                gtk_box_append(box, gtk_label_new("…"));
        return reactions->len > 0;
}
