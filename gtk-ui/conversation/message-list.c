/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/conversation/message-list.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client/connection.h"
#include "gtk-ui/conversation/message-row.h"
#include "gtk-ui/list/preview.h"
#include "gtk-ui/model/history.h"

enum {
        NEAR = 400,      /* pixels from an end: time to load what lies beyond */
        FOUND_MS = 2000, /* so long one sees what was looked for */
        FRAMES_MAX = 20, /* it takes one or two, and ends even where the last row is higher than the view */
};

struct _SmMessageList {
        AdwBin parent;
        SmDaemon *daemon;
        char *name; /* NULL: in none */
        SmHistory *history;
        guint64 marked;  /* up to here the daemon was told that it is read */
        gboolean at_end; /* the newest message is in view, and stays in view */
        double height;   /* of all that is loaded, as it was when somebody scrolled */
        guint stick;     /* a moment later, when the list has its new height, it is brought back there */
        guint frames;
        SmMessage *found;
        guint found_timer;
        GtkWidget *scroller, *list, *newest;
};

G_DEFINE_FINAL_TYPE(SmMessageList, sm_message_list, ADW_TYPE_BIN)

/* ---- Rows ---- */

static void on_row_setup(GtkListItemFactory *factory, GtkListItem *item)
{
        gtk_list_item_set_child(item, GTK_WIDGET(sm_message_row_new()));
        gtk_list_item_set_activatable(item, FALSE);
}

static void on_row_bind(GtkListItemFactory *factory, GtkListItem *item, SmMessageList *self)
{
        SmMessageRow *row = SM_MESSAGE_ROW(gtk_list_item_get_child(item));

        sm_message_row_set_daemon(row, self->daemon);
        sm_message_row_set_message(row, gtk_list_item_get_item(item));
}

static void on_row_unbind(GtkListItemFactory *factory, GtkListItem *item)
{
        sm_message_row_set_message(SM_MESSAGE_ROW(gtk_list_item_get_child(item)), NULL);
}

/* The row that has the focus, or has what has it. */
static SmMessageRow *focused_row(SmMessageList *self)
{
        GtkRoot *root = gtk_widget_get_root(GTK_WIDGET(self));
        GtkWidget *focus = root ? gtk_root_get_focus(root) : NULL;
        GtkWidget *row = focus ? gtk_widget_get_ancestor(focus, SM_TYPE_MESSAGE_ROW) : NULL;

        if (!row && focus && gtk_widget_get_parent(focus) == self->list)
                row = gtk_widget_get_first_child(focus);
        return row && SM_IS_MESSAGE_ROW(row) ? SM_MESSAGE_ROW(row) : NULL;
}

static gboolean on_menu_key(GtkWidget *widget, GVariant *arguments, gpointer userdata)
{
        SmMessageRow *row = focused_row(SM_MESSAGE_LIST(widget));

        if (row)
                sm_message_row_show_menu(row, NULL);
        return row != NULL;
}

/* Before the labels, which have a menu of their own. */
static void listen_to_keys(SmMessageList *self)
{
        GtkEventController *keys = gtk_shortcut_controller_new();

        gtk_event_controller_set_propagation_phase(keys, GTK_PHASE_CAPTURE);
        gtk_shortcut_controller_add_shortcut(GTK_SHORTCUT_CONTROLLER(keys),
                                             gtk_shortcut_new(gtk_shortcut_trigger_parse_string("Menu|<Shift>F10"),
                                                              gtk_callback_action_new(on_menu_key, NULL, NULL)));
        gtk_widget_add_controller(GTK_WIDGET(self), keys);
}

/* ---- Where one is ---- */

static void update_newest(SmMessageList *self)
{
        gtk_revealer_set_reveal_child(GTK_REVEALER(self->newest), self->history && !self->at_end);
        gtk_widget_set_can_target(self->newest, !self->at_end);
}

static void on_scrolled(SmMessageList *self, GtkAdjustment *adjustment)
{
        double value = gtk_adjustment_get_value(adjustment), page = gtk_adjustment_get_page_size(adjustment);
        double upper = gtk_adjustment_get_upper(adjustment);

        if (!self->history || page <= 0 || self->stick)
                return;
        /* Where the content has changed as well, it is the list that has moved, and no person. */
        if (upper == self->height || value + page < upper - 1)
                self->at_end = value + page >= upper - 1 && !sm_history_has_newer(self->history);
        self->height = upper;
        update_newest(self);
        if (value < NEAR)
                sm_history_load_older(self->history);
        if (value + page > upper - NEAR)
                sm_history_load_newer(self->history);
}

/*
 * Before each frame, until the last row is where it belongs: the list lays its rows out around the one that it takes for the
 * first in view, and the heights of new ones are known only then.
 */
static gboolean on_stick(GtkWidget *list, GdkFrameClock *clock, gpointer userdata)
{
        SmMessageList *self = userdata;
        GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment(GTK_SCROLLED_WINDOW(self->scroller));
        double below = gtk_adjustment_get_upper(adjustment) - gtk_adjustment_get_page_size(adjustment) -
                       gtk_adjustment_get_value(adjustment);
        guint count = self->history ? g_list_model_get_n_items(G_LIST_MODEL(self->history)) : 0;

        if (count == 0 || self->frames++ >= FRAMES_MAX || (self->frames > 2 && below < 1)) {
                self->stick = 0;
                on_scrolled(self, adjustment);
                return G_SOURCE_REMOVE;
        }
        gtk_widget_activate_action(self->list, "list.scroll-to-item", "u", count - 1);
        return G_SOURCE_CONTINUE;
}

static void unstick(SmMessageList *self)
{
        if (self->stick)
                gtk_widget_remove_tick_callback(self->list, self->stick);
        self->stick = 0;
}

/* The content or the window has another height. While the list says so, it does not hear where it should be. */
static void on_sized(SmMessageList *self)
{
        if (!self->at_end || self->stick || !self->history)
                return;
        self->frames = 0;
        self->stick = gtk_widget_add_tick_callback(self->list, on_stick, self, NULL);
}

void sm_message_list_show_newest(SmMessageList *self)
{
        if (!self->history)
                return;
        self->at_end = TRUE;
        sm_history_show_newest(self->history);
        on_sized(self);
        update_newest(self);
}

/* ---- To a message ---- */

static void forget_found(SmMessageList *self)
{
        g_clear_handle_id(&self->found_timer, g_source_remove);
        if (self->found)
                sm_message_set_place(self->found, SM_MESSAGE_FOUND, 0);
        g_clear_object(&self->found);
}

static gboolean on_found_long_enough(gpointer userdata)
{
        SmMessageList *self = userdata;

        self->found_timer = 0;
        forget_found(self);
        return G_SOURCE_REMOVE;
}

static void on_located(SmMessageList *self, guint position)
{
        unstick(self);
        forget_found(self);
        self->at_end = FALSE;
        update_newest(self);
        gtk_widget_activate_action(self->list, "list.scroll-to-item", "u", position);
        self->found = g_list_model_get_item(G_LIST_MODEL(self->history), position);
        sm_message_set_place(self->found, SM_MESSAGE_FOUND, SM_MESSAGE_FOUND);
        self->found_timer = g_timeout_add(FOUND_MS, on_found_long_enough, self);
}

void sm_message_list_jump(SmMessageList *self, guint64 number)
{
        if (self->history)
                sm_history_locate(self->history, number);
}

/* ---- For who does not see it ---- */

/*
 * Screen readers say another name of the window that one is in. With GTK 4.8 it is the only thing that they say by themselves: it has no
 * gtk_accessible_announce(), and neither tells of live regions nor that an alert shows.
 */
static void announce(SmMessageList *self, const char *text)
{
#if GTK_CHECK_VERSION(4, 14, 0)
        gtk_accessible_announce(GTK_ACCESSIBLE(self), text, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
#else
        GtkRoot *root = gtk_widget_get_root(GTK_WIDGET(self));
        /* TRANSLATORS: what somebody has just written, and the name of the window */
        g_autofree char *name = g_strdup_printf(_("%s – Secure Messenger"), text);

        if (root)
                gtk_accessible_update_property(GTK_ACCESSIBLE(root), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
#endif
}

static void on_arrived(SmMessageList *self, SmMessage *message)
{
        const ClientMessage *fields = sm_message_fields(message);
        g_autofree char *text = preview_of_message(fields);
        g_autofree char *said = NULL;

        /* TRANSLATORS: a name, and what that person has just written */
        said = sm_message_is_said(message) ? g_strdup_printf(_("%1$s: %2$s"), fields->sender, text) : g_strdup(text);
        announce(self, said);
}

/* The window has its own name again. */
static void forget_announced(SmMessageList *self)
{
        GtkRoot *root = gtk_widget_get_root(GTK_WIDGET(self));

        if (GTK_IS_WINDOW(root))
                gtk_accessible_update_property(GTK_ACCESSIBLE(root), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                               gtk_window_get_title(GTK_WINDOW(root)), -1);
}

/* ---- What was read ---- */

/* The number of the newest message that somebody here has not read, or 0. */
static guint64 newest_unread(GListModel *messages)
{
        for (guint i = g_list_model_get_n_items(messages); i > 0; i--) {
                g_autoptr(SmMessage) message = g_list_model_get_item(messages, i - 1);
                const ClientMessage *fields = sm_message_fields(message);

                if (!fields->outgoing)
                        return strcmp(fields->state, "received") == 0 ? fields->number : 0;
        }
        return 0;
}

/* Read is what is open in a window that somebody uses. */
static void mark_read(SmMessageList *self)
{
        GtkRoot *root = gtk_widget_get_root(GTK_WIDGET(self));
        MessengerMessages *messages = self->daemon ? sm_daemon_messages(self->daemon) : NULL;
        GVariantBuilder options;
        guint64 number;

        if (!messages || !self->history || !gtk_widget_get_mapped(GTK_WIDGET(self)) || !GTK_IS_WINDOW(root) ||
            !gtk_window_is_active(GTK_WINDOW(root)))
                return;
        number = newest_unread(G_LIST_MODEL(self->history));
        if (number <= self->marked)
                return;
        self->marked = number;
        g_variant_builder_init(&options, G_VARIANT_TYPE_VARDICT);
        g_dbus_proxy_call(G_DBUS_PROXY(messages), "MarkRead",
                          g_variant_new("(sta{sv})", self->name, number, &options),
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, CLIENT_CALL_TIMEOUT_MS, NULL, NULL, NULL);
}

static void on_root(SmMessageList *self)
{
        GtkRoot *root = gtk_widget_get_root(GTK_WIDGET(self));

        if (GTK_IS_WINDOW(root))
                g_signal_connect_object(root, "notify::is-active", G_CALLBACK(mark_read), self, G_CONNECT_SWAPPED);
}

/* ---- Which conversation ---- */

static void leave(SmMessageList *self)
{
        forget_found(self);
        unstick(self);
        gtk_list_view_set_model(GTK_LIST_VIEW(self->list), NULL);
        if (self->history)
                g_signal_handlers_disconnect_by_data(self->history, self);
        if (self->history)
                forget_announced(self);
        g_clear_object(&self->history);
        g_clear_pointer(&self->name, g_free);
}

void sm_message_list_rename(SmMessageList *self, const char *name)
{
        g_free(self->name);
        self->name = g_strdup(name);
        sm_history_rename(self->history, name);
}

void sm_message_list_set_conversation(SmMessageList *self, SmDaemon *daemon, const char *name)
{
        g_autoptr(GtkNoSelection) selection = NULL;
        SmConversation *conversation = name ? sm_daemon_find_conversation(daemon, name) : NULL;
        guint64 unread = conversation ? sm_conversation_number(conversation, "Unread") : 0;

        leave(self);
        g_set_object(&self->daemon, daemon);
        self->at_end = TRUE;
        self->marked = 0;
        if (name) {
                self->name = g_strdup(name);
                self->history = sm_history_new(daemon, name, (guint)MIN(unread, HISTORY_ITEMS_MAX));
                g_signal_connect_object(self->history, "items-changed", G_CALLBACK(mark_read), self,
                                        G_CONNECT_SWAPPED | G_CONNECT_AFTER);
                g_signal_connect_object(self->history, "items-changed", G_CALLBACK(on_sized), self,
                                        G_CONNECT_SWAPPED | G_CONNECT_AFTER);
                g_signal_connect_swapped(self->history, "located", G_CALLBACK(on_located), self);
                g_signal_connect_swapped(self->history, "arrived", G_CALLBACK(on_arrived), self);
                selection = gtk_no_selection_new(g_object_ref(G_LIST_MODEL(self->history)));
                gtk_list_view_set_model(GTK_LIST_VIEW(self->list), GTK_SELECTION_MODEL(selection));
        }
        update_newest(self);
}

/* ---- The object ---- */

static void sm_message_list_dispose(GObject *object)
{
        SmMessageList *self = SM_MESSAGE_LIST(object);

        if (self->list)
                leave(self);
        g_clear_object(&self->daemon);
        gtk_widget_dispose_template(GTK_WIDGET(self), SM_TYPE_MESSAGE_LIST);
        G_OBJECT_CLASS(sm_message_list_parent_class)->dispose(object);
}

static void sm_message_list_class_init(SmMessageListClass *class)
{
        GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = sm_message_list_dispose;
        gtk_widget_class_set_template_from_resource(widget, "/org/securemessenger/SecureMessenger/message-list.ui");
        gtk_widget_class_bind_template_child(widget, SmMessageList, scroller);
        gtk_widget_class_bind_template_child(widget, SmMessageList, list);
        gtk_widget_class_bind_template_child(widget, SmMessageList, newest);
        gtk_widget_class_bind_template_callback(widget, sm_message_list_show_newest);
}

static void sm_message_list_init(SmMessageList *self)
{
        g_autoptr(GtkListItemFactory) factory = gtk_signal_list_item_factory_new();
        GtkAdjustment *adjustment;

        gtk_widget_init_template(GTK_WIDGET(self));
        g_signal_connect(factory, "setup", G_CALLBACK(on_row_setup), NULL);
        g_signal_connect_object(factory, "bind", G_CALLBACK(on_row_bind), self, 0);
        g_signal_connect(factory, "unbind", G_CALLBACK(on_row_unbind), NULL);
        gtk_list_view_set_factory(GTK_LIST_VIEW(self->list), factory);
        listen_to_keys(self);
        g_signal_connect(self, "notify::root", G_CALLBACK(on_root), NULL);
        g_signal_connect_after(self, "map", G_CALLBACK(mark_read), NULL);
        adjustment = gtk_scrolled_window_get_vadjustment(GTK_SCROLLED_WINDOW(self->scroller));
        g_signal_connect_swapped(adjustment, "value-changed", G_CALLBACK(on_scrolled), self);
        g_signal_connect_swapped(adjustment, "changed", G_CALLBACK(on_sized), self);
}
