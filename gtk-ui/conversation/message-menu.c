/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/conversation/message-menu.h"

#include <glib/gi18n.h>

#include "gtk-ui/conversation/link.h"
#include "gtk-ui/conversation/message-commands.h"

enum { LINKS_MAX = 3 };

/* What people put to messages most; the chooser has the others. */
static const char *const usual[] = {"👍", "❤️", "😂", "😮", "😢", "🙏"};

static gboolean unparent(gpointer popover)
{
        gtk_widget_unparent(popover);
        return G_SOURCE_REMOVE;
}

/* Not while it still tells what was chosen. */
static void on_closed(GtkWidget *popover)
{
        g_idle_add_full(G_PRIORITY_DEFAULT_IDLE, unparent, g_object_ref(popover), g_object_unref);
}

static void popup(GtkWidget *popover, GtkWidget *row, const GdkRectangle *at)
{
        gtk_widget_set_parent(popover, row);
        if (at)
                gtk_popover_set_pointing_to(GTK_POPOVER(popover), at);
        g_signal_connect(popover, "closed", G_CALLBACK(on_closed), NULL);
        gtk_popover_popup(GTK_POPOVER(popover));
}

static void on_emoji(GtkEmojiChooser *chooser, const char *emoji, GtkWidget *row)
{
        gtk_widget_activate_action(row, "message.react", "s", emoji);
}

void message_menu_choose_emoji(GtkWidget *row)
{
        GtkWidget *chooser = gtk_emoji_chooser_new();

        g_signal_connect_object(chooser, "emoji-picked", G_CALLBACK(on_emoji), row, 0);
        popup(chooser, row, NULL);
}

static void on_reaction(GtkWidget *button)
{
        GtkWidget *menu = gtk_widget_get_ancestor(button, GTK_TYPE_POPOVER);

        gtk_popover_popdown(GTK_POPOVER(menu));
}

static GtkWidget *reactions_new(void)
{
        GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 0);
        GtkWidget *more = gtk_button_new_from_icon_name("list-add-symbolic");

        for (size_t i = 0; i < G_N_ELEMENTS(usual); i++) {
                GtkWidget *button = gtk_button_new_with_label(usual[i]);

                message_commands_connect(button, "message.react", usual[i]);
                gtk_widget_add_css_class(button, "flat");
                gtk_widget_add_css_class(button, "reaction");
                g_signal_connect(button, "clicked", G_CALLBACK(on_reaction), NULL);
                gtk_box_append(GTK_BOX(box), button);
        }
        message_commands_connect(more, "message.choose-emoji", NULL);
        gtk_widget_set_tooltip_text(more, _("Another Emoji"));
        gtk_accessible_update_property(GTK_ACCESSIBLE(more), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Another Emoji"), -1);
        gtk_widget_add_css_class(more, "flat");
        g_signal_connect(more, "clicked", G_CALLBACK(on_reaction), NULL);
        gtk_box_append(GTK_BOX(box), more);
        return box;
}

static void add(GMenu *section, const char *label, const char *action)
{
        g_autoptr(GMenuItem) item = g_menu_item_new(label, action);

        g_menu_item_set_attribute(item, "hidden-when", "s", "action-disabled");
        g_menu_append_item(section, item);
}

static void add_links(GMenu *section, const char *text)
{
        gsize from = 0, start, end;

        for (unsigned i = 0; i < LINKS_MAX && link_find(text, from, &start, &end); i++) {
                g_autofree char *found = g_strndup(text + start, end - start);
                g_auto(Link) link = {0};
                g_autoptr(GMenuItem) item = NULL;
                g_autofree char *label = NULL;
                g_auto(GStrv) parts = NULL;
                g_autofree char *host = NULL;

                from = end;
                if (!link_read(&link, found))
                        continue;
                parts = g_strsplit(link.host, "_", -1); /* which would be a mnemonic */
                host = g_strjoinv("__", parts);
                /* TRANSLATORS: in a menu, of a link, with the host that it leads to */
                label = g_strdup_printf(_("Open Link to %s"), host);
                item = g_menu_item_new(label, NULL);
                g_menu_item_set_action_and_target(item, "message.open-link", "s", found);
                g_menu_append_item(section, item);
        }
}

static GMenu *model_new(const char *text)
{
        GMenu *menu = g_menu_new();
        g_autoptr(GMenu) first = g_menu_new();
        g_autoptr(GMenu) second = g_menu_new();
        g_autoptr(GMenu) third = g_menu_new();
        g_autoptr(GMenuItem) reactions = g_menu_item_new(NULL, NULL);

        g_menu_item_set_attribute(reactions, "custom", "s", "reactions");
        g_menu_append_item(first, reactions);
        add(second, _("Send _Again"), "message.send-again");
        add(second, _("_Reply"), "message.reply");
        add(second, _("_Edit"), "message.edit");
        add(second, _("_Copy Text"), "message.copy");
        add(second, _("Show A_ll"), "message.show-all");
        add(second, _("_Open"), "message.open");
        add(second, _("_Save As…"), "message.save");
        add_links(second, text);
        add(third, _("_Information"), "message.information");
        add(third, _("_Delete…"), "message.delete");
        g_menu_append_section(menu, NULL, G_MENU_MODEL(first));
        g_menu_append_section(menu, NULL, G_MENU_MODEL(second));
        g_menu_append_section(menu, NULL, G_MENU_MODEL(third));
        return menu;
}

void message_menu_popup(GtkWidget *row, const char *text, const GdkRectangle *at)
{
        g_autoptr(GMenu) model = model_new(text);
        GtkWidget *popover = gtk_popover_menu_new_from_model(G_MENU_MODEL(model));

        gtk_popover_set_has_arrow(GTK_POPOVER(popover), FALSE);
        gtk_popover_menu_add_child(GTK_POPOVER_MENU(popover), reactions_new(), "reactions");
        popup(popover, row, at);
}
