/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/application.h"

#include <glib/gi18n.h>

#include "gtk-ui/window.h"

struct _SmApplication {
        AdwApplication parent;
        SmDaemon *daemon;
};

G_DEFINE_FINAL_TYPE(SmApplication, sm_application, ADW_TYPE_APPLICATION)

/* The one that is used may be a dialog of it. */
static SmWindow *window_of(SmApplication *self)
{
        SmWindow *window = NULL;

        for (GList *l = gtk_application_get_windows(GTK_APPLICATION(self)); l && !window; l = l->next)
                window = SM_IS_WINDOW(l->data) ? SM_WINDOW(l->data) : NULL;
        if (!window)
                window = sm_window_new(self, self->daemon);
        gtk_window_present(GTK_WINDOW(window));
        return window;
}

static void on_open_conversation(GSimpleAction *action, GVariant *parameter, gpointer userdata)
{
        sm_window_open_conversation(window_of(userdata), g_variant_get_string(parameter, NULL));
}

static void on_quit(GSimpleAction *action, GVariant *parameter, gpointer userdata)
{
        g_application_quit(userdata);
}

static void on_about(GSimpleAction *action, GVariant *parameter, gpointer userdata)
{
        adw_show_about_window(gtk_application_get_active_window(userdata), "application-name",
                              _("Secure Messenger"), "application-icon", SM_APPLICATION_ID, "version",
                              PROJECT_VERSION, "license-type", GTK_LICENSE_GPL_3_0, "comments",
                              _("End-to-end encrypted messages for the desktop and the shell"), NULL);
}

static const GActionEntry actions[] = {
                {.name = "open-conversation", .activate = on_open_conversation, .parameter_type = "s"},
                {.name = "about", .activate = on_about},
                {.name = "quit", .activate = on_quit},
};

/* shortcuts.ui and secure-messenger(1) tell of them. */
static const struct {
        const char *action, *keys[3];
} accelerators[] = {
                {"app.quit", {"<Control>q"}},
                {"win.back", {"<Alt>Left", "<Alt>Right"}},
                {"win.lock", {"<Control>l"}},
                {"win.new-conversation", {"<Control>n"}},
                {"win.preferences", {"<Control>comma"}},
                {"win.search", {"<Control>f"}},
                {"win.show-help-overlay", {"<Control>question"}},
                {"window.close", {"<Control>w"}},
};

static void sm_application_startup(GApplication *application)
{
        SmApplication *self = SM_APPLICATION(application);

        G_APPLICATION_CLASS(sm_application_parent_class)->startup(application);
        g_action_map_add_action_entries(G_ACTION_MAP(self), actions, G_N_ELEMENTS(actions), self);
        for (gsize i = 0; i < G_N_ELEMENTS(accelerators); i++)
                gtk_application_set_accels_for_action(GTK_APPLICATION(self), accelerators[i].action, accelerators[i].keys);
        self->daemon = sm_daemon_new(g_application_get_dbus_connection(application));
}

static void sm_application_activate(GApplication *application)
{
        window_of(SM_APPLICATION(application));
}

static void sm_application_dispose(GObject *object)
{
        SmApplication *self = SM_APPLICATION(object);

        g_clear_object(&self->daemon);
        G_OBJECT_CLASS(sm_application_parent_class)->dispose(object);
}

static void sm_application_class_init(SmApplicationClass *class)
{
        G_OBJECT_CLASS(class)->dispose = sm_application_dispose;
        G_APPLICATION_CLASS(class)->startup = sm_application_startup;
        G_APPLICATION_CLASS(class)->activate = sm_application_activate;
}

static void sm_application_init(SmApplication *self)
{
}

SmApplication *sm_application_new(void)
{
        return g_object_new(SM_TYPE_APPLICATION, "application-id", SM_APPLICATION_ID, "resource-base-path",
                            "/org/securemessenger/SecureMessenger", NULL);
}
