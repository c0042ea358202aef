/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/preferences/preferences-window.h"

#include <glib/gi18n.h>
#include <string.h>

#include "gtk-ui/model/window-settings.h"
#include "gtk-ui/preferences/account-page.h"
#include "gtk-ui/preferences/choice-row.h"
#include "gtk-ui/preferences/switch-row.h"
#include "gtk-ui/toast.h"

struct _SmPreferencesWindow {
        AdwPreferencesWindow parent;
        SmDaemon *daemon;
        SmSettings *settings;
        GtkWidget *fetch_pictures, *notifications, *notification_content, *read_receipts, *delivery_receipts, *presence, *typing;
        GtkWidget *enter_sends, *lock_idle, *lock_suspend, *lock_session, *account;
};

G_DEFINE_FINAL_TYPE(SmPreferencesWindow, sm_preferences_window, ADW_TYPE_PREFERENCES_WINDOW)

/* ---- What values are called ---- */

static char *idle_words(GVariant *value)
{
        guint seconds = g_variant_get_uint32(value);

        if (seconds == 0)
                return g_strdup(_("Never"));
        if (seconds % 3600 == 0)
                return g_strdup_printf(ngettext("%u hour", "%u hours", seconds / 3600), seconds / 3600);
        if (seconds % 60 == 0)
                return g_strdup_printf(ngettext("%u minute", "%u minutes", seconds / 60), seconds / 60);
        return g_strdup_printf(ngettext("%u second", "%u seconds", seconds), seconds);
}

static char *size_words(GVariant *value)
{
        guint kibibytes = g_variant_get_uint32(value);
        g_autofree char *size = g_format_size_full((guint64)kibibytes * 1024, G_FORMAT_SIZE_IEC_UNITS);

        return kibibytes == 0 ? g_strdup(_("None")) : g_strdup_printf(_("Up to %s"), size);
}

static char *content_words(GVariant *value)
{
        const char *name = g_variant_get_string(value, NULL);

        if (strcmp(name, "full") == 0)
                return g_strdup(_("Name and text"));
        if (strcmp(name, "name") == 0)
                return g_strdup(_("Name only"));
        if (strcmp(name, "none") == 0)
                return g_strdup(_("Neither"));
        return g_strdup(name);
}

/* ---- The object ---- */

static void on_refused(SmPreferencesWindow *self, const char *text)
{
        toast_say(self->account, text);
}

static void on_state(SmPreferencesWindow *self)
{
        if (sm_daemon_state(self->daemon) != SM_DAEMON_UNLOCKED)
                gtk_window_destroy(GTK_WINDOW(self));
}

static void fill(SmPreferencesWindow *self)
{
        static const char *const idle[] = {"uint32 0",    "uint32 300",  "uint32 900",   "uint32 1800",
                                           "uint32 3600", "uint32 14400", "uint32 28800", NULL};
        static const char *const pictures[] = {"uint32 0",     "uint32 1024",    "uint32 10240",
                                               "uint32 102400", "uint32 1048576", NULL};
        static const char *const content[] = {"'full'", "'name'", "'none'", NULL};
        GtkWidget *switches[] = {self->notifications, self->read_receipts, self->delivery_receipts, self->presence,
                                 self->typing,        self->lock_suspend,  self->lock_session};

        g_object_bind_property(sm_window_settings_get(), "enter-sends", self->enter_sends, "active",
                               G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);
        for (gsize i = 0; i < G_N_ELEMENTS(switches); i++)
                sm_switch_row_set_settings(SM_SWITCH_ROW(switches[i]), self->settings);
        sm_choice_row_set_settings(SM_CHOICE_ROW(self->lock_idle), self->settings, idle, idle_words);
        sm_choice_row_set_settings(SM_CHOICE_ROW(self->fetch_pictures), self->settings, pictures, size_words);
        sm_choice_row_set_settings(SM_CHOICE_ROW(self->notification_content), self->settings, content, content_words);
}

static void sm_preferences_window_dispose(GObject *object)
{
        SmPreferencesWindow *self = SM_PREFERENCES_WINDOW(object);

        g_clear_object(&self->settings);
        g_clear_object(&self->daemon);
        gtk_widget_dispose_template(GTK_WIDGET(self), SM_TYPE_PREFERENCES_WINDOW);
        G_OBJECT_CLASS(sm_preferences_window_parent_class)->dispose(object);
}

static void sm_preferences_window_class_init(SmPreferencesWindowClass *class)
{
        GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = sm_preferences_window_dispose;
        g_type_ensure(SM_TYPE_ACCOUNT_PAGE);
        g_type_ensure(SM_TYPE_CHOICE_ROW);
        g_type_ensure(SM_TYPE_SWITCH_ROW);
        gtk_widget_class_set_template_from_resource(widget,
                                                    "/org/securemessenger/SecureMessenger/preferences-window.ui");
        gtk_widget_class_bind_template_child(widget, SmPreferencesWindow, enter_sends);
        gtk_widget_class_bind_template_child(widget, SmPreferencesWindow, fetch_pictures);
        gtk_widget_class_bind_template_child(widget, SmPreferencesWindow, notifications);
        gtk_widget_class_bind_template_child(widget, SmPreferencesWindow, notification_content);
        gtk_widget_class_bind_template_child(widget, SmPreferencesWindow, read_receipts);
        gtk_widget_class_bind_template_child(widget, SmPreferencesWindow, delivery_receipts);
        gtk_widget_class_bind_template_child(widget, SmPreferencesWindow, presence);
        gtk_widget_class_bind_template_child(widget, SmPreferencesWindow, typing);
        gtk_widget_class_bind_template_child(widget, SmPreferencesWindow, lock_idle);
        gtk_widget_class_bind_template_child(widget, SmPreferencesWindow, lock_suspend);
        gtk_widget_class_bind_template_child(widget, SmPreferencesWindow, lock_session);
        gtk_widget_class_bind_template_child(widget, SmPreferencesWindow, account);
}

static void sm_preferences_window_init(SmPreferencesWindow *self)
{
        gtk_widget_init_template(GTK_WIDGET(self));
}

void sm_preferences_window_open(GtkWindow *parent, SmDaemon *daemon)
{
        SmPreferencesWindow *self;

        if (sm_daemon_state(daemon) != SM_DAEMON_UNLOCKED)
                return;
        self = g_object_new(SM_TYPE_PREFERENCES_WINDOW, "transient-for", parent, NULL);
        self->daemon = g_object_ref(daemon);
        self->settings = sm_settings_new(g_dbus_proxy_get_connection(G_DBUS_PROXY(sm_daemon_account(daemon))));
        g_signal_connect_object(self->settings, "refused", G_CALLBACK(on_refused), self, G_CONNECT_SWAPPED);
        g_signal_connect_object(daemon, "state-changed", G_CALLBACK(on_state), self, G_CONNECT_SWAPPED);
        fill(self);
        sm_account_page_set_daemon(SM_ACCOUNT_PAGE(self->account), daemon);
        gtk_window_present(GTK_WINDOW(self));
}
