/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/window.h"

#include <glib/gi18n.h>
#include <string.h>

#include "gtk-ui/conversation-page.h"
#include "gtk-ui/conversation-row.h"
#include "gtk-ui/sign-on-page.h"
#include "gtk-ui/stack.h"
#include "gtk-ui/unlock-page.h"

struct _SmWindow {
        AdwApplicationWindow parent;
        SmDaemon *daemon;
        GtkSingleSelection *selection;
        GtkFilter *filter;
        GtkSorter *sorter;
        char *wanted; /* the conversation to open once it is there */
        GtkWidget *pages, *waiting, *spinner, *again, *sign_on, *unlock, *leaflet, *list, *list_pages, *list_title;
        GtkWidget *search_button, *search, *offline, *offline_text, *new_popover, *new_name, *conversation;
};

G_DEFINE_FINAL_TYPE(SmWindow, sm_window, ADW_TYPE_APPLICATION_WINDOW)

/* ---- The list of conversations ---- */

static gboolean matches(gpointer item, gpointer userdata)
{
        SmWindow *self = userdata;
        const char *word = gtk_editable_get_text(GTK_EDITABLE(self->search));
        g_autofree char *folded = NULL, *title = NULL;

        if (!*word)
                return TRUE;
        folded = g_utf8_casefold(word, -1);
        title = g_utf8_casefold(sm_conversation_title(item), -1);
        return strstr(title, folded) != NULL;
}

/* Pinned ones first, then by the newest message. */
static int compare(gconstpointer a, gconstpointer b, gpointer userdata)
{
        SmConversation *first = SM_CONVERSATION((gpointer)a), *second = SM_CONVERSATION((gpointer)b);
        gboolean first_pinned = sm_conversation_flag(first, "Pinned"), second_pinned = sm_conversation_flag(second, "Pinned");
        guint64 first_newest = sm_conversation_number(first, "LastMessage");
        guint64 second_newest = sm_conversation_number(second, "LastMessage");

        if (first_pinned != second_pinned)
                return first_pinned ? -1 : 1;
        if (first_newest != second_newest)
                return first_newest > second_newest ? -1 : 1;
        return g_utf8_collate(sm_conversation_title(first), sm_conversation_title(second));
}

static void on_row_setup(GtkListItemFactory *factory, GtkListItem *item)
{
        gtk_list_item_set_child(item, GTK_WIDGET(sm_conversation_row_new()));
}

static void on_row_bind(GtkListItemFactory *factory, GtkListItem *item)
{
        sm_conversation_row_set_conversation(SM_CONVERSATION_ROW(gtk_list_item_get_child(item)),
                                        gtk_list_item_get_item(item));
}

static void on_row_unbind(GtkListItemFactory *factory, GtkListItem *item)
{
        sm_conversation_row_set_conversation(SM_CONVERSATION_ROW(gtk_list_item_get_child(item)), NULL);
}

static void show_conversation(SmWindow *self, SmConversation *conversation)
{
        sm_conversation_page_set_conversation(SM_CONVERSATION_PAGE(self->conversation), self->daemon, conversation);
        if (conversation)
                adw_leaflet_set_visible_child(ADW_LEAFLET(self->leaflet), self->conversation);
}

static void on_selected(SmWindow *self)
{
        show_conversation(self, gtk_single_selection_get_selected_item(self->selection));
}

static void on_activated(SmWindow *self, guint position)
{
        gtk_single_selection_set_selected(self->selection, position);
        adw_leaflet_set_visible_child(ADW_LEAFLET(self->leaflet), self->conversation);
}

static gboolean select_conversation(SmWindow *self, const char *name)
{
        guint count = g_list_model_get_n_items(G_LIST_MODEL(self->selection));

        for (guint i = 0; i < count; i++) {
                g_autoptr(SmConversation) conversation = g_list_model_get_item(G_LIST_MODEL(self->selection), i);

                if (strcmp(sm_conversation_name(conversation), name) != 0)
                        continue;
                on_activated(self, i);
                return TRUE;
        }
        return FALSE;
}

static void on_conversations_changed(SmWindow *self)
{
        gboolean any = g_list_model_get_n_items(sm_daemon_conversations(self->daemon)) > 0;

        stack_show(GTK_STACK(self->list_pages), any ? "list" : "empty");
        if (self->wanted && select_conversation(self, self->wanted))
                g_clear_pointer(&self->wanted, g_free);
}

/* A new message puts its conversation in front. */
static void on_message(SmWindow *self)
{
        gtk_sorter_changed(self->sorter, GTK_SORTER_CHANGE_DIFFERENT);
}

static void on_search(SmWindow *self)
{
        gtk_filter_changed(self->filter, GTK_FILTER_CHANGE_DIFFERENT);
}

static void fill_list(SmWindow *self)
{
        GtkListItemFactory *factory = gtk_signal_list_item_factory_new();
        GListModel *conversations = sm_daemon_conversations(self->daemon);
        GtkFilterListModel *filtered;
        GtkSortListModel *sorted;

        self->filter = GTK_FILTER(gtk_custom_filter_new(matches, self, NULL));
        self->sorter = GTK_SORTER(gtk_custom_sorter_new(compare, NULL, NULL));
        filtered = gtk_filter_list_model_new(g_object_ref(conversations), g_object_ref(self->filter));
        sorted = gtk_sort_list_model_new(G_LIST_MODEL(filtered), g_object_ref(self->sorter));
        self->selection = gtk_single_selection_new(G_LIST_MODEL(sorted));
        gtk_single_selection_set_autoselect(self->selection, FALSE);
        gtk_single_selection_set_can_unselect(self->selection, TRUE);
        gtk_single_selection_set_selected(self->selection, GTK_INVALID_LIST_POSITION);

        g_signal_connect(factory, "setup", G_CALLBACK(on_row_setup), NULL);
        g_signal_connect(factory, "bind", G_CALLBACK(on_row_bind), NULL);
        g_signal_connect(factory, "unbind", G_CALLBACK(on_row_unbind), NULL);
        gtk_list_view_set_factory(GTK_LIST_VIEW(self->list), factory);
        g_object_unref(factory);
        gtk_list_view_set_model(GTK_LIST_VIEW(self->list), GTK_SELECTION_MODEL(self->selection));
        g_signal_connect_object(self->selection, "notify::selected-item", G_CALLBACK(on_selected), self,
                                G_CONNECT_SWAPPED);
        g_signal_connect_object(self->list, "activate", G_CALLBACK(on_activated), self, G_CONNECT_SWAPPED);
        g_signal_connect_object(conversations, "items-changed", G_CALLBACK(on_conversations_changed), self,
                                G_CONNECT_SWAPPED | G_CONNECT_AFTER);
        on_conversations_changed(self);
}

/* ---- Somebody new ---- */

static void on_new(SmWindow *self)
{
        g_autofree char *name = g_utf8_strdown(gtk_editable_get_text(GTK_EDITABLE(self->new_name)), -1);

        if (!*name)
                return;
        gtk_popover_popdown(GTK_POPOVER(self->new_popover));
        gtk_editable_set_text(GTK_EDITABLE(self->new_name), "");
        if (select_conversation(self, name))
                return;
        sm_conversation_page_set_stranger(SM_CONVERSATION_PAGE(self->conversation), self->daemon, name);
        adw_leaflet_set_visible_child(ADW_LEAFLET(self->leaflet), self->conversation);
        sm_window_open_conversation(self, name); /* once the first message is written */
}

void sm_window_open_conversation(SmWindow *self, const char *name)
{
        if (select_conversation(self, name))
                return;
        g_free(self->wanted);
        self->wanted = g_strdup(name);
}

/* ---- The daemon's state ---- */

static void show_waiting(SmWindow *self, gboolean missing)
{
        adw_status_page_set_title(ADW_STATUS_PAGE(self->waiting),
                                  missing ? _("The Messenger Does Not Start") : _("Connecting"));
        adw_status_page_set_description(
                        ADW_STATUS_PAGE(self->waiting),
                        missing ? _("The service “smd” cannot be reached on the session bus. Look at: journalctl "
                                    "--user -u secure-messenger")
                                : "");
        adw_status_page_set_icon_name(ADW_STATUS_PAGE(self->waiting), missing ? "dialog-error-symbolic" : NULL);
        gtk_widget_set_visible(self->spinner, !missing);
        gtk_widget_set_visible(self->again, missing);
        stack_show(GTK_STACK(self->pages), "waiting");
}

static void on_state_changed(SmWindow *self)
{
        switch (sm_daemon_state(self->daemon)) {
        case SM_DAEMON_CONNECTING:
                show_waiting(self, FALSE);
                break;
        case SM_DAEMON_MISSING:
                show_waiting(self, TRUE);
                break;
        case SM_DAEMON_NO_ACCOUNT:
                stack_show(GTK_STACK(self->pages), "sign-on");
                break;
        case SM_DAEMON_LOCKED:
                stack_show(GTK_STACK(self->pages), "unlock");
                break;
        case SM_DAEMON_UNLOCKED:
                adw_window_title_set_subtitle(ADW_WINDOW_TITLE(self->list_title), sm_daemon_user_name(self->daemon));
                stack_show(GTK_STACK(self->pages), "conversations");
                break;
        }
        if (sm_daemon_state(self->daemon) != SM_DAEMON_UNLOCKED)
                show_conversation(self, NULL);
}

static void on_connection_changed(SmWindow *self)
{
        gtk_label_set_text(GTK_LABEL(self->offline_text), sm_daemon_connection_text(self->daemon));
        gtk_revealer_set_reveal_child(GTK_REVEALER(self->offline), !sm_daemon_is_online(self->daemon));
}

static void on_again(SmWindow *self)
{
        sm_daemon_look_again(self->daemon);
}

/* ---- Actions ---- */

static void on_lock(GtkWidget *widget, const char *action, GVariant *parameter)
{
        SmWindow *self = SM_WINDOW(widget);
        GVariantBuilder options = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

        if (sm_daemon_account(self->daemon))
                g_dbus_proxy_call(G_DBUS_PROXY(sm_daemon_account(self->daemon)), "Lock",
                                  g_variant_new("(a{sv})", &options), G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL, NULL);
}

static void on_search_action(GtkWidget *widget, const char *action, GVariant *parameter)
{
        gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(SM_WINDOW(widget)->search_button), TRUE);
        gtk_widget_grab_focus(SM_WINDOW(widget)->search);
}

static void on_back(GtkWidget *widget, const char *action, GVariant *parameter)
{
        adw_leaflet_navigate(ADW_LEAFLET(SM_WINDOW(widget)->leaflet), ADW_NAVIGATION_DIRECTION_BACK);
}

/* ---- The object ---- */

static void sm_window_dispose(GObject *object)
{
        SmWindow *self = SM_WINDOW(object);

        if (self->daemon)
                g_signal_handlers_disconnect_by_data(self->daemon, self);
        g_clear_object(&self->selection);
        g_clear_object(&self->filter);
        g_clear_object(&self->sorter);
        g_clear_object(&self->daemon);
        gtk_widget_dispose_template(GTK_WIDGET(self), SM_TYPE_WINDOW);
        G_OBJECT_CLASS(sm_window_parent_class)->dispose(object);
}

static void sm_window_finalize(GObject *object)
{
        g_free(SM_WINDOW(object)->wanted);
        G_OBJECT_CLASS(sm_window_parent_class)->finalize(object);
}

static void bind_children(GtkWidgetClass *widget)
{
        gtk_widget_class_bind_template_child(widget, SmWindow, pages);
        gtk_widget_class_bind_template_child(widget, SmWindow, waiting);
        gtk_widget_class_bind_template_child(widget, SmWindow, spinner);
        gtk_widget_class_bind_template_child(widget, SmWindow, again);
        gtk_widget_class_bind_template_child(widget, SmWindow, sign_on);
        gtk_widget_class_bind_template_child(widget, SmWindow, unlock);
        gtk_widget_class_bind_template_child(widget, SmWindow, leaflet);
        gtk_widget_class_bind_template_child(widget, SmWindow, list);
        gtk_widget_class_bind_template_child(widget, SmWindow, list_pages);
        gtk_widget_class_bind_template_child(widget, SmWindow, list_title);
        gtk_widget_class_bind_template_child(widget, SmWindow, search_button);
        gtk_widget_class_bind_template_child(widget, SmWindow, search);
        gtk_widget_class_bind_template_child(widget, SmWindow, offline);
        gtk_widget_class_bind_template_child(widget, SmWindow, offline_text);
        gtk_widget_class_bind_template_child(widget, SmWindow, new_popover);
        gtk_widget_class_bind_template_child(widget, SmWindow, new_name);
        gtk_widget_class_bind_template_child(widget, SmWindow, conversation);
}

static void sm_window_class_init(SmWindowClass *class)
{
        GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = sm_window_dispose;
        G_OBJECT_CLASS(class)->finalize = sm_window_finalize;
        g_type_ensure(SM_TYPE_SIGN_ON_PAGE);
        g_type_ensure(SM_TYPE_UNLOCK_PAGE);
        g_type_ensure(SM_TYPE_CONVERSATION_PAGE);
        gtk_widget_class_set_template_from_resource(widget, "/org/securemessenger/SecureMessenger/window.ui");
        bind_children(widget);
        gtk_widget_class_bind_template_callback(widget, on_again);
        gtk_widget_class_bind_template_callback(widget, on_new);
        gtk_widget_class_bind_template_callback(widget, on_search);
        gtk_widget_class_install_action(widget, "win.lock", NULL, on_lock);
        gtk_widget_class_install_action(widget, "win.search", NULL, on_search_action);
        gtk_widget_class_install_action(widget, "win.back", NULL, on_back);
}

static void sm_window_init(SmWindow *self)
{
        gtk_widget_init_template(GTK_WIDGET(self));
        sm_conversation_page_set_leaflet(SM_CONVERSATION_PAGE(self->conversation), ADW_LEAFLET(self->leaflet));
}

SmWindow *sm_window_new(SmApplication *application, SmDaemon *daemon)
{
        SmWindow *self = g_object_new(SM_TYPE_WINDOW, "application", application, NULL);

        self->daemon = g_object_ref(daemon);
        sm_sign_on_page_set_daemon(SM_SIGN_ON_PAGE(self->sign_on), daemon);
        sm_unlock_page_set_daemon(SM_UNLOCK_PAGE(self->unlock), daemon);
        fill_list(self);
        g_signal_connect_swapped(daemon, "state-changed", G_CALLBACK(on_state_changed), self);
        g_signal_connect_swapped(daemon, "connection-changed", G_CALLBACK(on_connection_changed), self);
        g_signal_connect_object(daemon, "message", G_CALLBACK(on_message), self, G_CONNECT_SWAPPED | G_CONNECT_AFTER);
        on_state_changed(self);
        on_connection_changed(self);
        return self;
}
