/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/list/conversation-list.h"

#include <glib/gi18n.h>

#include "gtk-ui/list/connection-bar.h"
#include "gtk-ui/list/conversation-row.h"
#include "gtk-ui/list/new-conversation.h"
#include "gtk-ui/list/requests-page.h"
#include "gtk-ui/list/search-page.h"
#include "gtk-ui/model/inbox.h"
#include "gtk-ui/stack.h"

enum { WIDTH_MAX = 340, NO_LIMIT = 9999 }; /* pixels, beside a conversation and alone */

struct _SmConversationList {
        AdwBin parent;
        SmDaemon *daemon;
        SmInbox *inbox;
        GtkSingleSelection *selection;
        SmConversation *shown; /* which is open, be it in the list or not */
        gboolean marking;      /* the selection follows what is open, and nobody has chosen */
        GtkWidget *sides, *header, *title, *menu, *new_button, *new_popover, *search_button, *search_bar, *search,
                        *connection, *pages, *requests_button, *requests_text, *requests, *list, *list_pages, *found;
};

G_DEFINE_FINAL_TYPE(SmConversationList, sm_conversation_list, ADW_TYPE_BIN)

enum { OPENED, ACTIVATED, FOUND, WRITE_TO, DETAILS, SIGNALS };
static guint signals[SIGNALS];

enum { PROP_MENU_MODEL = 1, PROPERTIES };
static GParamSpec *properties[PROPERTIES];

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

static void fill(SmConversationList *self)
{
        g_autoptr(GtkListItemFactory) factory = gtk_signal_list_item_factory_new();

        self->selection = gtk_single_selection_new(NULL);
        gtk_single_selection_set_autoselect(self->selection, FALSE);
        gtk_single_selection_set_can_unselect(self->selection, TRUE);
        gtk_single_selection_set_model(self->selection, sm_inbox_conversations(self->inbox));
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
}

/* The menu of the row that has the focus: the key for it is pressed where no row hears it. */
static void on_menu(GtkWidget *widget, const char *action, GVariant *parameter)
{
        GtkWidget *focus = gtk_root_get_focus(gtk_widget_get_root(widget));
        GtkWidget *row = focus ? gtk_widget_get_first_child(focus) : NULL;

        if (SM_IS_CONVERSATION_ROW(row))
                sm_conversation_row_open_menu(SM_CONVERSATION_ROW(row));
}

/* ---- Requests ---- */

static void show_side(SmConversationList *self, const char *name)
{
        stack_show(GTK_STACK(self->sides), name);
}

static void on_requests(SmConversationList *self)
{
        show_side(self, "requests");
        gtk_widget_child_focus(self->requests, GTK_DIR_TAB_FORWARD);
}

static void on_back(GtkWidget *widget, const char *action, GVariant *parameter)
{
        show_side(SM_CONVERSATION_LIST(widget), "conversations");
}

static void on_count(SmConversationList *self)
{
        guint requests = g_list_model_get_n_items(sm_inbox_requests(self->inbox));
        guint conversations = g_list_model_get_n_items(sm_inbox_conversations(self->inbox));
        g_autofree char *text = g_strdup_printf(_("Requests (%u)"), requests);

        gtk_label_set_text(GTK_LABEL(self->requests_text), text);
        gtk_accessible_update_property(GTK_ACCESSIBLE(self->requests_button), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
        gtk_widget_set_visible(self->requests_button, requests > 0);
        stack_show(GTK_STACK(self->list_pages), conversations > 0 ? "list" : "empty");
        if (requests == 0)
                show_side(self, "conversations");
}

/* ---- Search and somebody new ---- */

static void on_search(SmConversationList *self)
{
        const char *words = gtk_editable_get_text(GTK_EDITABLE(self->search));

        sm_search_page_set_words(SM_SEARCH_PAGE(self->found), words);
        stack_show(GTK_STACK(self->pages), *words ? "found" : "conversations");
}

static void on_opened(SmConversationList *self, SmConversation *conversation)
{
        g_signal_emit(self, signals[ACTIVATED], 0, conversation);
}

static void on_found(SmConversationList *self, SmConversation *conversation, guint64 number)
{
        g_signal_emit(self, signals[FOUND], 0, conversation, number);
}

void sm_conversation_list_search(SmConversationList *self)
{
        show_side(self, "conversations");
        gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(self->search_button), TRUE);
        gtk_widget_grab_focus(self->search);
}

static void on_write_to(SmConversationList *self, const char *name)
{
        g_signal_emit(self, signals[WRITE_TO], 0, name);
}

void sm_conversation_list_new_conversation(SmConversationList *self)
{
        show_side(self, "conversations");
        gtk_menu_button_popup(GTK_MENU_BUTTON(self->new_button));
}

static void on_details(GtkWidget *widget, const char *action, GVariant *parameter)
{
        SmConversationList *self = SM_CONVERSATION_LIST(widget);
        SmConversation *conversation = sm_daemon_find_conversation(self->daemon, g_variant_get_string(parameter, NULL));

        if (conversation)
                g_signal_emit(self, signals[DETAILS], 0, conversation);
}

/* ---- The daemon ---- */

static void on_state_changed(SmConversationList *self)
{
        adw_window_title_set_subtitle(ADW_WINDOW_TITLE(self->title), sm_daemon_user_name(self->daemon));
        if (sm_daemon_state(self->daemon) != SM_DAEMON_UNLOCKED)
                gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(self->search_button), FALSE);
}

void sm_conversation_list_set_daemon(SmConversationList *self, SmDaemon *daemon)
{
        self->daemon = g_object_ref(daemon);
        self->inbox = sm_inbox_new(sm_daemon_conversations(daemon));
        fill(self);
        sm_requests_page_set_requests(SM_REQUESTS_PAGE(self->requests), sm_inbox_requests(self->inbox));
        sm_search_page_set_daemon(SM_SEARCH_PAGE(self->found), daemon, sm_inbox_conversations(self->inbox));
        sm_connection_bar_set_daemon(SM_CONNECTION_BAR(self->connection), daemon);
        sm_new_conversation_set_daemon(SM_NEW_CONVERSATION(self->new_popover), daemon);
        g_signal_connect_object(sm_inbox_requests(self->inbox), "items-changed", G_CALLBACK(on_count), self,
                                G_CONNECT_SWAPPED | G_CONNECT_AFTER);
        g_signal_connect_object(sm_inbox_conversations(self->inbox), "items-changed", G_CALLBACK(on_count), self,
                                G_CONNECT_SWAPPED | G_CONNECT_AFTER);
        g_signal_connect_object(daemon, "state-changed", G_CALLBACK(on_state_changed), self, G_CONNECT_SWAPPED);
        on_count(self);
        on_state_changed(self);
}

/* All there is where it is alone; beside a conversation, no more than a list needs. */
static gboolean width_of(GBinding *binding, const GValue *folded, GValue *width, gpointer userdata)
{
        g_value_set_int(width, g_value_get_boolean(folded) ? NO_LIMIT : WIDTH_MAX);
        return TRUE;
}

static void limit_width(SmConversationList *self, AdwLeaflet *leaflet)
{
        GtkWidget *clamp = adw_clamp_new();

        g_object_ref(self->sides);
        adw_bin_set_child(ADW_BIN(self), clamp);
        adw_clamp_set_child(ADW_CLAMP(clamp), self->sides);
        g_object_unref(self->sides);
        gtk_widget_set_hexpand(GTK_WIDGET(self), FALSE);
        g_object_bind_property_full(leaflet, "folded", clamp, "maximum-size", G_BINDING_SYNC_CREATE, width_of, NULL, NULL, NULL);
        g_object_bind_property(clamp, "maximum-size", clamp, "tightening-threshold", G_BINDING_SYNC_CREATE);
}

void sm_conversation_list_set_leaflet(SmConversationList *self, AdwLeaflet *leaflet)
{
        limit_width(self, leaflet);
        g_object_bind_property(leaflet, "folded", self->header, "show-end-title-buttons", G_BINDING_SYNC_CREATE);
        g_object_bind_property(leaflet, "folded", sm_requests_page_header(SM_REQUESTS_PAGE(self->requests)),
                               "show-end-title-buttons", G_BINDING_SYNC_CREATE);
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
        gtk_widget_dispose_template(GTK_WIDGET(self), SM_TYPE_CONVERSATION_LIST);
        g_clear_object(&self->selection);
        g_clear_object(&self->inbox);
        g_clear_object(&self->daemon);
        G_OBJECT_CLASS(sm_conversation_list_parent_class)->dispose(object);
}

static void bind_template(GtkWidgetClass *widget)
{
        gtk_widget_class_set_template_from_resource(
                        widget, "/org/securemessenger/SecureMessenger/conversation-list.ui");
        gtk_widget_class_bind_template_child(widget, SmConversationList, sides);
        gtk_widget_class_bind_template_child(widget, SmConversationList, header);
        gtk_widget_class_bind_template_child(widget, SmConversationList, title);
        gtk_widget_class_bind_template_child(widget, SmConversationList, menu);
        gtk_widget_class_bind_template_child(widget, SmConversationList, new_button);
        gtk_widget_class_bind_template_child(widget, SmConversationList, new_popover);
        gtk_widget_class_bind_template_child(widget, SmConversationList, search_button);
        gtk_widget_class_bind_template_child(widget, SmConversationList, search_bar);
        gtk_widget_class_bind_template_child(widget, SmConversationList, search);
        gtk_widget_class_bind_template_child(widget, SmConversationList, connection);
        gtk_widget_class_bind_template_child(widget, SmConversationList, pages);
        gtk_widget_class_bind_template_child(widget, SmConversationList, requests_button);
        gtk_widget_class_bind_template_child(widget, SmConversationList, requests_text);
        gtk_widget_class_bind_template_child(widget, SmConversationList, requests);
        gtk_widget_class_bind_template_child(widget, SmConversationList, list);
        gtk_widget_class_bind_template_child(widget, SmConversationList, list_pages);
        gtk_widget_class_bind_template_child(widget, SmConversationList, found);
        gtk_widget_class_bind_template_callback(widget, on_found);
        gtk_widget_class_bind_template_callback(widget, on_opened);
        gtk_widget_class_bind_template_callback(widget, on_requests);
        gtk_widget_class_bind_template_callback(widget, on_search);
        gtk_widget_class_bind_template_callback(widget, on_write_to);
}

static void sm_conversation_list_class_init(SmConversationListClass *class)
{
        GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);
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
        signals[FOUND] = g_signal_new("found", SM_TYPE_CONVERSATION_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                      G_TYPE_NONE, 2, SM_TYPE_CONVERSATION, G_TYPE_UINT64);
        signals[DETAILS] = g_signal_new("details", SM_TYPE_CONVERSATION_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 1, SM_TYPE_CONVERSATION);
        g_type_ensure(SM_TYPE_CONNECTION_BAR);
        g_type_ensure(SM_TYPE_NEW_CONVERSATION);
        g_type_ensure(SM_TYPE_REQUESTS_PAGE);
        g_type_ensure(SM_TYPE_SEARCH_PAGE);
        bind_template(widget);
        gtk_widget_class_install_action(widget, "list.menu", NULL, on_menu);
        gtk_widget_class_install_action(widget, "list.back", NULL, on_back);
        gtk_widget_class_install_action(widget, "list.details", "s", on_details);
}

static void sm_conversation_list_init(SmConversationList *self)
{
        gtk_widget_init_template(GTK_WIDGET(self));
        gtk_search_bar_connect_entry(GTK_SEARCH_BAR(self->search_bar), GTK_EDITABLE(self->search));
}
