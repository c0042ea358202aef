/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/conversation/picture-window.h"

#include <glib/gi18n.h>

#include "gtk-ui/conversation/file-open.h"
#include "gtk-ui/conversation/file-save.h"
#include "gtk-ui/conversation/picture-load.h"
#include "gtk-ui/stack.h"
#include "gtk-ui/wording.h"

#include "client/failure.h"

struct _SmPictureWindow {
        AdwWindow parent;
        SmDaemon *daemon;
        GCancellable *cancellable;
        char *id, *name;
        GtkWidget *pages, *picture, *problem;
};

G_DEFINE_FINAL_TYPE(SmPictureWindow, sm_picture_window, ADW_TYPE_WINDOW)

static char *describe(const GError *error)
{
        if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA))
                return g_strdup(_("It is damaged, or would take too much memory. What was sent can still be saved."));
        if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_NO_SPACE))
                return g_strdup(_("It is too large to be shown here. It can still be saved."));
        return error->domain == G_IO_ERROR && !g_dbus_error_is_remote_error(error) ? g_strdup(error->message)
                                                                                   : client_failure_describe(error);
}

static void on_loaded(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(SmPictureWindow) self = userdata;
        g_autoptr(GError) error = NULL;
        g_autoptr(GdkTexture) texture = picture_load_finish(result, &error);
        g_autofree char *text = NULL;
        g_autofree char *escaped = NULL;

        if (!self->pages) /* it was closed */
                return;
        if (texture) {
                gtk_picture_set_paintable(GTK_PICTURE(self->picture), GDK_PAINTABLE(texture));
                stack_show(GTK_STACK(self->pages), "picture");
                return;
        }
        text = describe(error);
        escaped = g_markup_escape_text(text, -1);
        adw_status_page_set_description(ADW_STATUS_PAGE(self->problem), escaped);
        stack_show(GTK_STACK(self->pages), "problem");
}

static void on_save(SmPictureWindow *self)
{
        file_save_as(GTK_WIDGET(self->pages), self->daemon, self->id, self->name);
}

static void on_open(SmPictureWindow *self)
{
        file_open(GTK_WIDGET(self->pages), self->daemon, self->id, self->name);
}

static void sm_picture_window_dispose(GObject *object)
{
        SmPictureWindow *self = SM_PICTURE_WINDOW(object);

        g_cancellable_cancel(self->cancellable);
        g_clear_object(&self->daemon);
        gtk_widget_dispose_template(GTK_WIDGET(self), SM_TYPE_PICTURE_WINDOW);
        G_OBJECT_CLASS(sm_picture_window_parent_class)->dispose(object);
}

static void sm_picture_window_finalize(GObject *object)
{
        SmPictureWindow *self = SM_PICTURE_WINDOW(object);

        g_clear_object(&self->cancellable);
        g_free(self->id);
        g_free(self->name);
        G_OBJECT_CLASS(sm_picture_window_parent_class)->finalize(object);
}

static void sm_picture_window_class_init(SmPictureWindowClass *class)
{
        GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = sm_picture_window_dispose;
        G_OBJECT_CLASS(class)->finalize = sm_picture_window_finalize;
        gtk_widget_class_set_template_from_resource(widget, "/org/securemessenger/SecureMessenger/picture-window.ui");
        gtk_widget_class_bind_template_child(widget, SmPictureWindow, pages);
        gtk_widget_class_bind_template_child(widget, SmPictureWindow, picture);
        gtk_widget_class_bind_template_child(widget, SmPictureWindow, problem);
        gtk_widget_class_bind_template_callback(widget, on_save);
        gtk_widget_class_bind_template_callback(widget, on_open);
        gtk_widget_class_add_binding_action(widget, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void sm_picture_window_init(SmPictureWindow *self)
{
        gtk_widget_init_template(GTK_WIDGET(self));
        self->cancellable = g_cancellable_new();
        stack_show(GTK_STACK(self->pages), "waiting");
}

void sm_picture_window_show(GtkWidget *widget, SmDaemon *daemon, const ClientMessage *message)
{
        SmPictureWindow *self = g_object_new(SM_TYPE_PICTURE_WINDOW, "transient-for", gtk_widget_get_root(widget), NULL);

        self->daemon = g_object_ref(daemon);
        self->id = g_strdup(message->id);
        self->name = wording_one_line(message->name);
        gtk_window_set_title(GTK_WINDOW(self), self->name);
        gtk_accessible_update_property(GTK_ACCESSIBLE(self->picture), GTK_ACCESSIBLE_PROPERTY_LABEL, self->name, -1);
        gtk_window_present(GTK_WINDOW(self));
        picture_load(daemon, message->id, message->size, self->cancellable, on_loaded, g_object_ref(self));
}
