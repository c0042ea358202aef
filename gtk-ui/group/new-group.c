/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/group/new-group.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client/connection.h"
#include "client/failure.h"
#include "gtk-ui/group/group-chooser.h"

struct _SmNewGroup {
        AdwWindow parent;
        SmDaemon *daemon;
        char *path;         /* of the group's object; NULL: it is yet to be made */
        char *conversation; /* of a group that was made here, to be opened */
        GtkWidget *title, *cancel, *done, *spinner, *content, *name_group, *name, *problem, *chooser;
};

G_DEFINE_FINAL_TYPE(SmNewGroup, sm_new_group, ADW_TYPE_WINDOW)

static void update(SmNewGroup *self)
{
        g_auto(GStrv) chosen = sm_group_chooser_names(SM_GROUP_CHOOSER(self->chooser));
        const guint count = g_strv_length(chosen);
        const gboolean has_name = *gtk_editable_get_text(GTK_EDITABLE(self->name)) != 0;
        g_autofree char *subtitle = g_strdup_printf(ngettext("%u chosen", "%u chosen", count), count);

        gtk_window_set_title(GTK_WINDOW(self), self->path ? _("Add Members") : _("New Group"));
        adw_window_title_set_title(ADW_WINDOW_TITLE(self->title), gtk_window_get_title(GTK_WINDOW(self)));
        adw_window_title_set_subtitle(ADW_WINDOW_TITLE(self->title), count > 0 ? subtitle : "");
        gtk_button_set_label(GTK_BUTTON(self->done), self->path ? _("_Add") : _("_Create"));
        gtk_widget_set_visible(self->name_group, !self->path);
        gtk_widget_set_sensitive(self->done, self->path ? count > 0 : has_name);
}

static void set_busy(SmNewGroup *self, gboolean is_busy)
{
        if (is_busy)
                gtk_widget_grab_focus(self->cancel); /* it alone can still be used */
        gtk_widget_set_visible(self->spinner, is_busy);
        gtk_widget_set_sensitive(self->content, !is_busy);
        gtk_widget_set_sensitive(self->done, !is_busy);
        if (!is_busy)
                update(self);
}

static void say(SmNewGroup *self, const char *text)
{
        gtk_label_set_text(GTK_LABEL(self->problem), text);
        gtk_widget_set_visible(self->problem, *text != 0);
}

static void finish(SmNewGroup *self)
{
        if (self->conversation)
                g_action_group_activate_action(G_ACTION_GROUP(g_application_get_default()), "open-conversation",
                                               g_variant_new_string(self->conversation));
        gtk_window_close(GTK_WINDOW(self));
}

static void call(SmNewGroup *self, const char *path, const char *interface, const char *method, GVariant *arguments,
                 const GVariantType *type, GAsyncReadyCallback done)
{
        set_busy(self, TRUE);
        say(self, "");
        g_dbus_connection_call(g_dbus_proxy_get_connection(G_DBUS_PROXY(sm_daemon_account(self->daemon))),
                               CLIENT_BUS_NAME, path, interface, method, arguments, type,
                               G_DBUS_CALL_FLAGS_NO_AUTO_START, CLIENT_GROUP_TIMEOUT_MS, NULL, done, g_object_ref(self));
}

/* The answer, or NULL: it has been said why not, or the window is closed. */
static GVariant *take_answer(SmNewGroup *self, GObject *source, GAsyncResult *result)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) reply = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
        g_autofree char *text = NULL;

        if (!self->daemon)
                return NULL;
        set_busy(self, FALSE);
        if (!reply) {
                text = client_failure_describe(error);
                say(self, text);
        }
        return g_steal_pointer(&reply);
}

static void on_added(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(SmNewGroup) self = userdata;
        g_autoptr(GVariant) reply = take_answer(self, source, result);

        if (reply)
                finish(self);
}

static void add(SmNewGroup *self)
{
        g_auto(GStrv) names = sm_group_chooser_names(SM_GROUP_CHOOSER(self->chooser));

        if (names[0])
                call(self, self->path, CLIENT_GROUP_INTERFACE, "Add", g_variant_new("(^asa{sv})", names, NULL), NULL,
                     on_added);
        else
                finish(self);
}

static void on_created(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(SmNewGroup) self = userdata;
        g_autoptr(GVariant) reply = take_answer(self, source, result);

        if (!reply)
                return;
        g_variant_get(reply, "(os)", &self->path, &self->conversation);
        gtk_button_set_label(GTK_BUTTON(self->cancel), _("_Close"));
        add(self);
}

/* The members are added by a second call, so that it is known which of the two has failed. */
static void on_done(SmNewGroup *self)
{
        g_autofree char *name = g_strstrip(g_strdup(gtk_editable_get_text(GTK_EDITABLE(self->name))));

        if (!gtk_widget_get_sensitive(self->done) || !sm_daemon_account(self->daemon))
                return;
        if (self->path)
                add(self);
        else
                call(self, CLIENT_ROOT_PATH, CLIENT_GROUPS_INTERFACE, "Create",
                     g_variant_new("(s@asa{sv})", name, g_variant_new_strv(NULL, 0), NULL), G_VARIANT_TYPE("(os)"),
                     on_created);
}

static void on_cancel(SmNewGroup *self)
{
        finish(self);
}

/* ---- The object ---- */

static void on_state_changed(SmNewGroup *self)
{
        if (sm_daemon_state(self->daemon) != SM_DAEMON_UNLOCKED)
                gtk_window_close(GTK_WINDOW(self));
}

static void sm_new_group_dispose(GObject *object)
{
        SmNewGroup *self = SM_NEW_GROUP(object);

        if (self->daemon)
                g_signal_handlers_disconnect_by_data(self->daemon, self);
        g_clear_object(&self->daemon);
        gtk_widget_dispose_template(GTK_WIDGET(self), SM_TYPE_NEW_GROUP);
        G_OBJECT_CLASS(sm_new_group_parent_class)->dispose(object);
}

static void sm_new_group_finalize(GObject *object)
{
        SmNewGroup *self = SM_NEW_GROUP(object);

        g_free(self->path);
        g_free(self->conversation);
        G_OBJECT_CLASS(sm_new_group_parent_class)->finalize(object);
}

static void sm_new_group_class_init(SmNewGroupClass *class)
{
        GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = sm_new_group_dispose;
        G_OBJECT_CLASS(class)->finalize = sm_new_group_finalize;
        g_type_ensure(SM_TYPE_GROUP_CHOOSER);
        gtk_widget_class_set_accessible_role(widget, GTK_ACCESSIBLE_ROLE_DIALOG);
        gtk_widget_class_set_template_from_resource(widget, "/org/securemessenger/SecureMessenger/new-group.ui");
        gtk_widget_class_bind_template_child(widget, SmNewGroup, title);
        gtk_widget_class_bind_template_child(widget, SmNewGroup, cancel);
        gtk_widget_class_bind_template_child(widget, SmNewGroup, done);
        gtk_widget_class_bind_template_child(widget, SmNewGroup, spinner);
        gtk_widget_class_bind_template_child(widget, SmNewGroup, content);
        gtk_widget_class_bind_template_child(widget, SmNewGroup, name_group);
        gtk_widget_class_bind_template_child(widget, SmNewGroup, name);
        gtk_widget_class_bind_template_child(widget, SmNewGroup, problem);
        gtk_widget_class_bind_template_child(widget, SmNewGroup, chooser);
        gtk_widget_class_bind_template_callback(widget, update);
        gtk_widget_class_bind_template_callback(widget, on_done);
        gtk_widget_class_bind_template_callback(widget, on_cancel);
        gtk_widget_class_add_binding_action(widget, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void sm_new_group_init(SmNewGroup *self)
{
        gtk_widget_init_template(GTK_WIDGET(self));
}

static void open_at(GtkWindow *parent, SmDaemon *daemon, const char *path, const char *const *without)
{
        SmNewGroup *self = g_object_new(SM_TYPE_NEW_GROUP, "transient-for", parent, NULL);

        self->daemon = g_object_ref(daemon);
        self->path = g_strdup(path);
        sm_group_chooser_set_daemon(SM_GROUP_CHOOSER(self->chooser), daemon, without);
        g_signal_connect_swapped(daemon, "state-changed", G_CALLBACK(on_state_changed), self);
        update(self);
        gtk_widget_grab_focus(path ? self->chooser : self->name);
        gtk_window_present(GTK_WINDOW(self));
}

void sm_new_group_open(GtkWindow *parent, SmDaemon *daemon)
{
        open_at(parent, daemon, NULL, NULL);
}

void sm_new_group_open_for(GtkWindow *parent, SmDaemon *daemon, SmConversation *group, const char *const *members)
{
        open_at(parent, daemon, g_dbus_proxy_get_object_path(sm_conversation_proxy(group)), members);
}
