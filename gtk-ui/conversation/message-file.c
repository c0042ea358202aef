/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/conversation/message-file.h"

#include <glib/gi18n.h>
#include <string.h>

#include "gtk-ui/conversation/message-commands.h"
#include "gtk-ui/conversation/thumbnail.h"
#include "gtk-ui/wording.h"

enum { SIDE_MAX = 220, SIDE_MIN = 48 }; /* pixels that a picture takes here: it fits on a telephone */

struct _SmMessageFile {
        GtkWidget parent;
        SmDaemon *daemon;
        char *id;
        GCancellable *cancellable; /* of a thumbnail on its way, or here */
        MessengerMessages *messages; /* that tells of progress */
        GtkWidget *box, *picture_button, *picture, *line, *icon, *name, *size, *progress, *problem;
        GtkWidget *open, *save;
};

G_DEFINE_FINAL_TYPE(SmMessageFile, sm_message_file, GTK_TYPE_WIDGET)

gboolean message_file_is_picture(const ClientMessage *message)
{
        return strcmp(message->media_type, "image/jpeg") == 0 || strcmp(message->media_type, "image/png") == 0;
}

/* ---- The picture ---- */

static void on_thumbnail(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(GdkTexture) texture = thumbnail_load_finish(result, &error);
        SmMessageFile *self = userdata;

        if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
                return; /* it shows something else, or is gone */
        if (texture) {
                gtk_picture_set_paintable(GTK_PICTURE(self->picture), GDK_PAINTABLE(texture));
        } else { /* a thumbnail that is none: there is still the file */
                gtk_widget_set_visible(self->picture_button, FALSE);
                gtk_widget_set_visible(self->line, TRUE);
        }
}

/* The place that it takes, before it is there: nothing moves when it comes. The numbers are the sender's. */
static void reserve(SmMessageFile *self, const ClientMessage *message)
{
        guint32 width = 0, height = 0, longest;

        g_variant_lookup(message->dictionary, "width", "u", &width);
        g_variant_lookup(message->dictionary, "height", "u", &height);
        longest = MAX(width, height);
        if (width == 0 || height == 0) {
                width = height = SIDE_MAX;
        } else if (longest > SIDE_MAX) {
                width = (guint32)((guint64)width * SIDE_MAX / longest);
                height = (guint32)((guint64)height * SIDE_MAX / longest);
        }
        gtk_widget_set_size_request(self->picture, CLAMP((int)width, SIDE_MIN, SIDE_MAX),
                                    CLAMP((int)height, SIDE_MIN, SIDE_MAX));
}

static void show_picture(SmMessageFile *self, const ClientMessage *message, const char *name)
{
        MessengerMessages *messages = sm_daemon_messages(self->daemon);
        gboolean has_one = FALSE;

        g_variant_lookup(message->dictionary, "thumbnail", "b", &has_one);
        if (!has_one) {
                gtk_widget_set_visible(self->picture_button, FALSE);
                gtk_widget_set_visible(self->line, TRUE);
        } else if (!self->cancellable && messages) {
                self->cancellable = g_cancellable_new();
                reserve(self, message);
                gtk_accessible_update_property(GTK_ACCESSIBLE(self->picture), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
                gtk_accessible_update_property(GTK_ACCESSIBLE(self->picture_button), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                               -1);
                gtk_widget_set_tooltip_text(self->picture_button, name);
                gtk_widget_set_visible(self->picture_button, TRUE);
                gtk_widget_set_visible(self->line, FALSE);
                thumbnail_load(messages, message->id, self->cancellable, on_thumbnail, self);
        }
}

/* ---- How far it is ---- */

static gboolean is_moving(const char *transfer)
{
        return strcmp(transfer, "preparing") == 0 || strcmp(transfer, "uploading") == 0 ||
               strcmp(transfer, "downloading") == 0;
}

static void show_progress(SmMessageFile *self, const char *transfer, guint64 done, guint64 size)
{
        g_autofree char *whole = g_format_size(size);
        g_autofree char *part = g_format_size(done);
        g_autofree char *text = NULL;
        const gboolean moves = is_moving(transfer) && done < size;

        gtk_widget_set_visible(self->progress, moves);
        gtk_progress_bar_set_fraction(GTK_PROGRESS_BAR(self->progress), size > 0 ? (double)done / (double)size : 0);
        if (moves)
                /* TRANSLATORS: of a file on its way: sizes such as "1.2 MB" */
                text = g_strdup_printf(_("%1$s of %2$s"), part, whole);
        gtk_label_set_text(GTK_LABEL(self->size), text ? text : whole);
        if (moves)
                gtk_widget_set_visible(self->line, TRUE);
}

static void on_progress(SmMessageFile *self, const char *id, const char *transfer, guint64 done, guint64 size)
{
        if (g_strcmp0(id, self->id) == 0)
                show_progress(self, transfer, done, size);
}

static void listen_to(SmMessageFile *self, MessengerMessages *messages)
{
        if (messages == self->messages)
                return;
        if (self->messages)
                g_signal_handlers_disconnect_by_data(self->messages, self);
        g_set_object(&self->messages, messages);
        if (messages)
                g_signal_connect_swapped(messages, "progress", G_CALLBACK(on_progress), self);
}

static void show_icon(SmMessageFile *self, const char *name)
{
        g_autofree char *type = g_content_type_guess(name, NULL, 0, NULL);
        g_autoptr(GIcon) icon = g_content_type_get_symbolic_icon(type);

        gtk_image_set_from_gicon(GTK_IMAGE(self->icon), icon);
}

static const char *problem_of(const ClientMessage *message)
{
        if (message->outgoing && strcmp(message->transfer, "gone") == 0) /* why, the message says itself */
                return _("The file is not kept here any more.");
        if (*message->transfer_problem_text)
                return message->transfer_problem_text;
        if (strcmp(message->transfer, "gone") == 0)
                return _("The server does not have the file any more.");
        if (strcmp(message->transfer, "damaged") == 0)
                return _("The file came damaged.");
        return NULL;
}

void sm_message_file_set(SmMessageFile *self, SmDaemon *daemon, const ClientMessage *message)
{
        const char *problem = problem_of(message);
        g_autofree char *name = wording_one_line(message->name);

        g_set_object(&self->daemon, daemon);
        if (g_strcmp0(self->id, message->id) != 0) {
                sm_message_file_clear(self);
                self->id = g_strdup(message->id);
        }
        gtk_label_set_text(GTK_LABEL(self->name), name);
        show_icon(self, name);
        show_picture(self, message, name);
        show_progress(self, message->transfer, message->transferred, message->size);
        gtk_label_set_text(GTK_LABEL(self->problem), problem ? problem : "");
        gtk_widget_set_visible(self->problem, problem != NULL);
        listen_to(self, is_moving(message->transfer) ? sm_daemon_messages(daemon) : NULL);
}

void sm_message_file_clear(SmMessageFile *self)
{
        if (self->cancellable)
                g_cancellable_cancel(self->cancellable);
        g_clear_object(&self->cancellable);
        g_clear_pointer(&self->id, g_free);
        listen_to(self, NULL);
        gtk_picture_set_paintable(GTK_PICTURE(self->picture), NULL);
}

/* ---- The object ---- */

static void sm_message_file_dispose(GObject *object)
{
        SmMessageFile *self = SM_MESSAGE_FILE(object);

        if (self->picture)
                sm_message_file_clear(self);
        g_clear_object(&self->daemon);
        gtk_widget_dispose_template(GTK_WIDGET(self), SM_TYPE_MESSAGE_FILE);
        G_OBJECT_CLASS(sm_message_file_parent_class)->dispose(object);
}

static void sm_message_file_class_init(SmMessageFileClass *class)
{
        GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = sm_message_file_dispose;
        gtk_widget_class_set_template_from_resource(widget, "/org/securemessenger/SecureMessenger/message-file.ui");
        gtk_widget_class_bind_template_child(widget, SmMessageFile, box);
        gtk_widget_class_bind_template_child(widget, SmMessageFile, picture_button);
        gtk_widget_class_bind_template_child(widget, SmMessageFile, picture);
        gtk_widget_class_bind_template_child(widget, SmMessageFile, line);
        gtk_widget_class_bind_template_child(widget, SmMessageFile, icon);
        gtk_widget_class_bind_template_child(widget, SmMessageFile, name);
        gtk_widget_class_bind_template_child(widget, SmMessageFile, size);
        gtk_widget_class_bind_template_child(widget, SmMessageFile, progress);
        gtk_widget_class_bind_template_child(widget, SmMessageFile, open);
        gtk_widget_class_bind_template_child(widget, SmMessageFile, save);
        gtk_widget_class_bind_template_child(widget, SmMessageFile, problem);
}

static void sm_message_file_init(SmMessageFile *self)
{
        gtk_widget_init_template(GTK_WIDGET(self));
        message_commands_connect(self->picture_button, "message.open", NULL);
        message_commands_connect(self->open, "message.open", NULL);
        message_commands_connect(self->save, "message.save", NULL);
}
