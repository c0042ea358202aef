/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/conversation-list.h"

#include <string.h>

#include "gtk-ui/conversation-row.h"
#include "gtk-ui/stack.h"

struct _SmConversationList {
        AdwBin parent;
        SmDaemon *daemon;
        GtkSingleSelection *selection;
        GtkFilter *filter;
        GtkSorter *sorter;
        SmConversation *shown; /* which is open, be it in the list or not */
        gboolean marking;      /* the selection follows what is open, and nobody has chosen */
        GtkWidget *header, *title, *menu, *new_button, *new_popover, *new_name, *search_button, *search, *offline,
                        *offline_text, *pages, *list;
};

G_DEFINE_FINAL_TYPE(SmConversationList, sm_conversation_list, ADW_TYPE_BIN)

enum { OPENED, ACTIVATED, WRITE_TO, SIGNALS };
static guint signals[SIGNALS];

enum { PROP_MENU_MODEL = 1, PROPERTIES };
static GParamSpec *properties[PROPERTIES];

/* ---- Which ones, in which order ---- */

static gboolean matches(gpointer item, gpointer userdata)
{
        SmConversationList *self = userdata;
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

/* A new message puts its conversation in front. */
static void on_message(SmConversationList *self)
{
        gtk_sorter_changed(self->sorter, GTK_SORTER_CHANGE_DIFFERENT);
}

static void on_search(SmConversationList *self)
{
        if (self->filter)
                gtk_filter_changed(self->filter, GTK_FILTER_CHANGE_DIFFERENT);
}

/* ---- Rows ---- */

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

static void on_selected(SmConversationList *self)
{
        SmConversation *conversation = gtk_single_selection_get_selected_item(self->selection);

        if (conversation && !self->marking)
                g_signal_emit(self, signals[OPENED], 0, conversation);
}

static void on_activated(SmConversationList *self, guint position)
{
        g_autoptr(SmConversation) conversation = g_list_model_get_item(G_LIST_MODEL(self->selection), position);

        if (conversation)
                g_signal_emit(self, signals[ACTIVATED], 0, conversation);
}

static void mark_shown(SmConversationList *self)
{
        guint count = g_list_model_get_n_items(G_LIST_MODEL(self->selection)), position = GTK_INVALID_LIST_POSITION;

        if (gtk_single_selection_get_selected_item(self->selection) == (gpointer)self->shown)
                return;
        for (guint i = 0; self->shown && i < count && position == GTK_INVALID_LIST_POSITION; i++) {
                g_autoptr(SmConversation) conversation = g_list_model_get_item(G_LIST_MODEL(self->selection), i);

                if (conversation == self->shown)
                        position = i;
        }
        self->marking = TRUE;
        gtk_single_selection_set_selected(self->selection, position);
        self->marking = FALSE;
}

void sm_conversation_list_set_shown(SmConversationList *self, SmConversation *conversation)
{
        g_set_object(&self->shown, conversation);
        if (self->selection)
                mark_shown(self);
}

static void on_conversations_changed(SmConversationList *self)
{
        gboolean any = g_list_model_get_n_items(sm_daemon_conversations(self->daemon)) > 0;

        stack_show(GTK_STACK(self->pages), any ? "list" : "empty");
}

static void fill(SmConversationList *self)
{
        g_autoptr(GtkListItemFactory) factory = gtk_signal_list_item_factory_new();
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
        gtk_list_view_set_model(GTK_LIST_VIEW(self->list), GTK_SELECTION_MODEL(self->selection));
        g_signal_connect_object(self->selection, "notify::selected-item", G_CALLBACK(on_selected), self,
                                G_CONNECT_SWAPPED);
        g_signal_connect_object(self->list, "activate", G_CALLBACK(on_activated), self, G_CONNECT_SWAPPED);
        g_signal_connect_object(self->selection, "items-changed", G_CALLBACK(mark_shown), self,
                                G_CONNECT_SWAPPED | G_CONNECT_AFTER);
        g_signal_connect_object(conversations, "items-changed", G_CALLBACK(on_conversations_changed), self,
                                G_CONNECT_SWAPPED | G_CONNECT_AFTER);
        on_conversations_changed(self);
}

/* ---- Somebody new ---- */

static void on_new(SmConversationList *self)
{
        g_autofree char *name = g_utf8_strdown(gtk_editable_get_text(GTK_EDITABLE(self->new_name)), -1);

        if (!*name)
                return;
        gtk_popover_popdown(GTK_POPOVER(self->new_popover));
        gtk_editable_set_text(GTK_EDITABLE(self->new_name), "");
        g_signal_emit(self, signals[WRITE_TO], 0, name);
}

void sm_conversation_list_new_conversation(SmConversationList *self)
{
        gtk_menu_button_popup(GTK_MENU_BUTTON(self->new_button));
}

void sm_conversation_list_search(SmConversationList *self)
{
        gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(self->search_button), TRUE);
        gtk_widget_grab_focus(self->search);
}

/* ---- The daemon ---- */

static void on_state_changed(SmConversationList *self)
{
        adw_window_title_set_subtitle(ADW_WINDOW_TITLE(self->title), sm_daemon_user_name(self->daemon));
}

static void on_connection_changed(SmConversationList *self)
{
        gtk_label_set_text(GTK_LABEL(self->offline_text), sm_daemon_connection_text(self->daemon));
        gtk_revealer_set_reveal_child(GTK_REVEALER(self->offline), !sm_daemon_is_online(self->daemon));
}

void sm_conversation_list_set_daemon(SmConversationList *self, SmDaemon *daemon)
{
        self->daemon = g_object_ref(daemon);
        fill(self);
        g_signal_connect_object(daemon, "state-changed", G_CALLBACK(on_state_changed), self, G_CONNECT_SWAPPED);
        g_signal_connect_object(daemon, "connection-changed", G_CALLBACK(on_connection_changed), self,
                                G_CONNECT_SWAPPED);
        g_signal_connect_object(daemon, "message", G_CALLBACK(on_message), self, G_CONNECT_SWAPPED | G_CONNECT_AFTER);
        on_state_changed(self);
        on_connection_changed(self);
}

void sm_conversation_list_set_leaflet(SmConversationList *self, AdwLeaflet *leaflet)
{
        g_object_bind_property(leaflet, "folded", self->header, "show-end-title-buttons", G_BINDING_SYNC_CREATE);
}

/* ---- The object ---- */

static void sm_conversation_list_get_property(GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
        SmConversationList *self = SM_CONVERSATION_LIST(object);

        if (id == PROP_MENU_MODEL)
                g_value_set_object(value, gtk_menu_button_get_menu_model(GTK_MENU_BUTTON(self->menu)));
        else
                G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
}

static void sm_conversation_list_set_property(GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
        SmConversationList *self = SM_CONVERSATION_LIST(object);

        if (id == PROP_MENU_MODEL)
                gtk_menu_button_set_menu_model(GTK_MENU_BUTTON(self->menu), g_value_get_object(value));
        else
                G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
}

static void sm_conversation_list_dispose(GObject *object)
{
        SmConversationList *self = SM_CONVERSATION_LIST(object);

        g_clear_object(&self->shown);
        g_clear_object(&self->selection);
        g_clear_object(&self->filter);
        g_clear_object(&self->sorter);
        g_clear_object(&self->daemon);
        gtk_widget_dispose_template(GTK_WIDGET(self), SM_TYPE_CONVERSATION_LIST);
        G_OBJECT_CLASS(sm_conversation_list_parent_class)->dispose(object);
}

static void bind_template(GtkWidgetClass *widget)
{
        gtk_widget_class_set_template_from_resource(
                        widget, "/org/securemessenger/SecureMessenger/conversation-list.ui");
        gtk_widget_class_bind_template_child(widget, SmConversationList, header);
        gtk_widget_class_bind_template_child(widget, SmConversationList, title);
        gtk_widget_class_bind_template_child(widget, SmConversationList, menu);
        gtk_widget_class_bind_template_child(widget, SmConversationList, new_button);
        gtk_widget_class_bind_template_child(widget, SmConversationList, new_popover);
        gtk_widget_class_bind_template_child(widget, SmConversationList, new_name);
        gtk_widget_class_bind_template_child(widget, SmConversationList, search_button);
        gtk_widget_class_bind_template_child(widget, SmConversationList, search);
        gtk_widget_class_bind_template_child(widget, SmConversationList, offline);
        gtk_widget_class_bind_template_child(widget, SmConversationList, offline_text);
        gtk_widget_class_bind_template_child(widget, SmConversationList, pages);
        gtk_widget_class_bind_template_child(widget, SmConversationList, list);
        gtk_widget_class_bind_template_callback(widget, on_new);
        gtk_widget_class_bind_template_callback(widget, on_search);
}

static void sm_conversation_list_class_init(SmConversationListClass *class)
{
        GObjectClass *object = G_OBJECT_CLASS(class);

        object->dispose = sm_conversation_list_dispose;
        object->get_property = sm_conversation_list_get_property;
        object->set_property = sm_conversation_list_set_property;
        properties[PROP_MENU_MODEL] = g_param_spec_object("menu-model", NULL, NULL, G_TYPE_MENU_MODEL,
                                                          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
        g_object_class_install_properties(object, PROPERTIES, properties);
        signals[OPENED] = g_signal_new("opened", SM_TYPE_CONVERSATION_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 1, SM_TYPE_CONVERSATION);
        signals[ACTIVATED] = g_signal_new("activated", SM_TYPE_CONVERSATION_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                          NULL, G_TYPE_NONE, 1, SM_TYPE_CONVERSATION);
        signals[WRITE_TO] = g_signal_new("write-to", SM_TYPE_CONVERSATION_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 1, G_TYPE_STRING);
        bind_template(GTK_WIDGET_CLASS(class));
}

static void sm_conversation_list_init(SmConversationList *self)
{
        gtk_widget_init_template(GTK_WIDGET(self));
}
