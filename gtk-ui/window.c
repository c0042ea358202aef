/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/window.h"

#include <glib/gi18n.h>

#include "gtk-ui/conversation/conversation-page.h"
#include "gtk-ui/group/new-group.h"
#include "gtk-ui/list/conversation-list.h"
#include "gtk-ui/preferences/preferences-window.h"
#include "gtk-ui/sign-on/sign-on-page.h"
#include "gtk-ui/sign-on/unlock-page.h"
#include "gtk-ui/stack.h"

struct _SmWindow {
        AdwApplicationWindow parent;
        SmDaemon *daemon;
        SmConversation *shown; /* NULL: none, or a stranger's */
        char *wanted; /* the conversation to open once it is there */
        GtkWidget *pages, *waiting, *spinner, *again, *sign_on, *unlock, *leaflet, *list, *conversation;
};

G_DEFINE_FINAL_TYPE(SmWindow, sm_window, ADW_TYPE_APPLICATION_WINDOW)

/* ---- Which conversation ---- */

static void show_conversation(SmWindow *self, SmConversation *conversation)
{
        sm_conversation_page_set_conversation(SM_CONVERSATION_PAGE(self->conversation), self->daemon, conversation);
        sm_conversation_list_set_shown(SM_CONVERSATION_LIST(self->list), conversation);
        g_set_object(&self->shown, conversation);
        if (conversation)
                adw_leaflet_set_visible_child(ADW_LEAFLET(self->leaflet), self->conversation);
}

/* Where the list is alone, nothing in it is chosen, so that everything can be. */
static void on_pages_changed(SmWindow *self)
{
        gboolean is_list_alone = adw_leaflet_get_folded(ADW_LEAFLET(self->leaflet)) &&
                                 adw_leaflet_get_visible_child(ADW_LEAFLET(self->leaflet)) != self->conversation;

        sm_conversation_list_set_shown(SM_CONVERSATION_LIST(self->list), is_list_alone ? NULL : self->shown);
}

static gboolean find_and_show(SmWindow *self, const char *name)
{
        SmConversation *conversation = sm_daemon_find_conversation(self->daemon, name);

        if (conversation)
                show_conversation(self, conversation);
        return conversation != NULL;
}

void sm_window_open_conversation(SmWindow *self, const char *name)
{
        if (find_and_show(self, name))
                return;
        g_free(self->wanted);
        self->wanted = g_strdup(name);
}

static void on_write_to(SmWindow *self, const char *name)
{
        if (find_and_show(self, name))
                return;
        show_conversation(self, NULL);
        sm_conversation_page_set_stranger(SM_CONVERSATION_PAGE(self->conversation), self->daemon, name);
        adw_leaflet_set_visible_child(ADW_LEAFLET(self->leaflet), self->conversation);
        sm_window_open_conversation(self, name); /* once the first message is written */
}

static void on_found(SmWindow *self, SmConversation *conversation, guint64 number)
{
        show_conversation(self, conversation);
        gtk_widget_activate_action(self->conversation, "conversation.jump", "t", number);
}

static void on_details(SmWindow *self, SmConversation *conversation)
{
        show_conversation(self, conversation);
        gtk_widget_activate_action(self->conversation, "conversation.details", NULL);
}

/* One that is gone is not shown any longer, and one that is waited for may have come. */
static void on_conversations_changed(SmWindow *self)
{
        if (self->shown && sm_daemon_find_conversation(self->daemon, sm_conversation_name(self->shown)) != self->shown)
                show_conversation(self, NULL);
        if (self->wanted && find_and_show(self, self->wanted))
                g_clear_pointer(&self->wanted, g_free);
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

/* Pictures, texts, what is known of a message: nothing of it stays on the screen. */
static void close_others(SmWindow *self)
{
        GListModel *toplevels = gtk_window_get_toplevels();
        g_autoptr(GPtrArray) windows = g_ptr_array_new_with_free_func(g_object_unref);

        for (guint i = 0; i < g_list_model_get_n_items(toplevels); i++)
                g_ptr_array_add(windows, g_list_model_get_item(toplevels, i));
        for (guint i = 0; i < windows->len; i++)
                if (windows->pdata[i] != self && gtk_widget_get_visible(windows->pdata[i]))
                        gtk_window_close(windows->pdata[i]);
}

static void on_state_changed(SmWindow *self)
{
        gtk_widget_action_set_enabled(GTK_WIDGET(self), "win.preferences",
                                      sm_daemon_state(self->daemon) == SM_DAEMON_UNLOCKED);
        gtk_widget_action_set_enabled(GTK_WIDGET(self), "win.new-group",
                                      sm_daemon_state(self->daemon) == SM_DAEMON_UNLOCKED);
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
                /* Now: a stack moves the keyboard on from where a page has put it when it was shown. */
                gtk_widget_grab_focus(gtk_stack_get_visible_child(GTK_STACK(self->pages)));
                break;
        case SM_DAEMON_UNLOCKED:
                stack_show(GTK_STACK(self->pages), "conversations");
                break;
        }
        if (sm_daemon_state(self->daemon) != SM_DAEMON_UNLOCKED) {
                show_conversation(self, NULL);
                close_others(self);
        }
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

static void on_search(GtkWidget *widget, const char *action, GVariant *parameter)
{
        SmWindow *self = SM_WINDOW(widget);

        adw_leaflet_set_visible_child(ADW_LEAFLET(self->leaflet), self->list);
        sm_conversation_list_search(SM_CONVERSATION_LIST(self->list));
}

static void on_new_group(GtkWidget *widget, const char *action, GVariant *parameter)
{
        sm_new_group_open(GTK_WINDOW(widget), SM_WINDOW(widget)->daemon);
}

/*
 * Made when it is asked for: an assistive technology that asks GTK 4.8 for a window that has just been closed gets the last one there
 * is, and where that has never been shown, the program crashes.
 */
static void on_shortcuts(GtkWidget *widget, const char *action, GVariant *parameter)
{
        g_autoptr(GtkBuilder) builder =
                        gtk_builder_new_from_resource("/org/securemessenger/SecureMessenger/shortcuts.ui");
        GtkWindow *shortcuts = GTK_WINDOW(gtk_builder_get_object(builder, "help_overlay"));

        gtk_window_set_transient_for(shortcuts, GTK_WINDOW(widget));
        gtk_window_present(shortcuts);
}

static void on_new_conversation(GtkWidget *widget, const char *action, GVariant *parameter)
{
        SmWindow *self = SM_WINDOW(widget);

        adw_leaflet_set_visible_child(ADW_LEAFLET(self->leaflet), self->list);
        sm_conversation_list_new_conversation(SM_CONVERSATION_LIST(self->list));
}

static void on_write_action(GtkWidget *widget, const char *action, GVariant *parameter)
{
        on_write_to(SM_WINDOW(widget), g_variant_get_string(parameter, NULL));
}

static void on_preferences(GtkWidget *widget, const char *action, GVariant *parameter)
{
        sm_preferences_window_open(GTK_WINDOW(widget), SM_WINDOW(widget)->daemon);
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
        g_clear_object(&self->shown);
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
        gtk_widget_class_bind_template_child(widget, SmWindow, conversation);
}

static void sm_window_class_init(SmWindowClass *class)
{
        GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = sm_window_dispose;
        G_OBJECT_CLASS(class)->finalize = sm_window_finalize;
        g_type_ensure(SM_TYPE_SIGN_ON_PAGE);
        g_type_ensure(SM_TYPE_UNLOCK_PAGE);
        g_type_ensure(SM_TYPE_CONVERSATION_LIST);
        g_type_ensure(SM_TYPE_CONVERSATION_PAGE);
        gtk_widget_class_set_template_from_resource(widget, "/org/securemessenger/SecureMessenger/window.ui");
        bind_children(widget);
        gtk_widget_class_bind_template_callback(widget, on_again);
        gtk_widget_class_bind_template_callback(widget, show_conversation);
        gtk_widget_class_bind_template_callback(widget, on_details);
        gtk_widget_class_bind_template_callback(widget, on_found);
        gtk_widget_class_bind_template_callback(widget, on_write_to);
        gtk_widget_class_install_action(widget, "win.lock", NULL, on_lock);
        gtk_widget_class_install_action(widget, "win.search", NULL, on_search);
        gtk_widget_class_install_action(widget, "win.new-conversation", NULL, on_new_conversation);
        gtk_widget_class_install_action(widget, "win.show-help-overlay", NULL, on_shortcuts);
        gtk_widget_class_install_action(widget, "win.new-group", NULL, on_new_group);
        gtk_widget_class_install_action(widget, "win.write-to", "s", on_write_action);
        gtk_widget_class_install_action(widget, "win.back", NULL, on_back);
        gtk_widget_class_install_action(widget, "win.preferences", NULL, on_preferences);
}

static void sm_window_init(SmWindow *self)
{
        gtk_widget_init_template(GTK_WIDGET(self));
        sm_conversation_list_set_leaflet(SM_CONVERSATION_LIST(self->list), ADW_LEAFLET(self->leaflet));
        g_signal_connect_swapped(self->leaflet, "notify::visible-child", G_CALLBACK(on_pages_changed), self);
        g_signal_connect_swapped(self->leaflet, "notify::folded", G_CALLBACK(on_pages_changed), self);
        sm_conversation_page_set_leaflet(SM_CONVERSATION_PAGE(self->conversation), ADW_LEAFLET(self->leaflet));
}

SmWindow *sm_window_new(SmApplication *application, SmDaemon *daemon)
{
        SmWindow *self = g_object_new(SM_TYPE_WINDOW, "application", application, NULL);

        self->daemon = g_object_ref(daemon);
        sm_sign_on_page_set_daemon(SM_SIGN_ON_PAGE(self->sign_on), daemon);
        sm_unlock_page_set_daemon(SM_UNLOCK_PAGE(self->unlock), daemon);
        sm_conversation_list_set_daemon(SM_CONVERSATION_LIST(self->list), daemon);
        g_signal_connect_swapped(daemon, "state-changed", G_CALLBACK(on_state_changed), self);
        g_signal_connect_object(sm_daemon_conversations(daemon), "items-changed", G_CALLBACK(on_conversations_changed),
                                self, G_CONNECT_SWAPPED | G_CONNECT_AFTER);
        on_state_changed(self);
        return self;
}
