/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/message-row.h"

#include <glib/gi18n.h>
#include <string.h>

#include "gtk-ui/notice.h"
#include "gtk-ui/thumbnail.h"
#include "gtk-ui/wording.h"

/* A label lays out all of its text: what is longer is cut, and says so. */
enum { SHOWN_CHARACTERS_MAX = 8000 };

/* Pixels that a bubble leaves free, so that one sees whose it is. */
enum { OTHER_SIDE = 48 };

struct _SmMessageRow {
        GtkWidget parent;
        SmMessage *message;
        GtkWidget *box, *day, *notice, *bubble, *quote, *text, *edited, *time, *state, *reason;
        SmDaemon *daemon;
        GCancellable *cancellable; /* of a thumbnail on its way */
        GtkWidget *picture, *file, *file_name, *file_size, *reactions, *unaccepted;
};

G_DEFINE_FINAL_TYPE(SmMessageRow, sm_message_row, GTK_TYPE_WIDGET)

typedef struct StateLook {
        const char *state, *icon, *name;
} StateLook;

static const StateLook looks[] = {
                {"queued", "document-open-recent-symbolic", N_("Queued")},
                {"sent", "object-select-symbolic", N_("Sent")},
                {"delivered", "emblem-ok-symbolic", N_("Delivered")},
                {"read", "view-reveal-symbolic", N_("Read")},
                {"failed", "dialog-error-symbolic", N_("Failed")},
};

static void show_state(SmMessageRow *self, const ClientMessage *fields)
{
        gtk_widget_set_visible(self->state, FALSE);
        for (size_t i = 0; fields->outgoing && i < G_N_ELEMENTS(looks); i++) {
                if (strcmp(fields->state, looks[i].state) != 0)
                        continue;
                gtk_image_set_from_icon_name(GTK_IMAGE(self->state), looks[i].icon);
                gtk_widget_set_tooltip_text(self->state, _(looks[i].name));
                gtk_accessible_update_property(GTK_ACCESSIBLE(self->state), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                               _(looks[i].name), -1);
                gtk_widget_set_visible(self->state, TRUE);
        }
        gtk_label_set_text(GTK_LABEL(self->reason), fields->reason_text);
        gtk_widget_set_visible(self->reason, *fields->reason_text != 0);
}

static void show_text(SmMessageRow *self, const char *text)
{
        if (g_utf8_strlen(text, -1) <= SHOWN_CHARACTERS_MAX) {
                gtk_label_set_text(GTK_LABEL(self->text), text);
                return;
        }
        g_autofree char *head = g_utf8_substring(text, 0, SHOWN_CHARACTERS_MAX);
        /* TRANSLATORS: the beginning of a very long message */
        g_autofree char *shown = g_strdup_printf(_("%s…\n[The message is longer: smctl history shows all of it]"), head);

        gtk_label_set_text(GTK_LABEL(self->text), shown);
}

/* Each emoji once, with how many people put it there if there are more. */
static char *reactions_text(const ClientMessage *fields)
{
        g_autoptr(GVariant) reactions = g_variant_lookup_value(fields->dictionary, "reactions", G_VARIANT_TYPE("a{ss}"));
        g_autoptr(GHashTable) counts = g_hash_table_new(g_str_hash, g_str_equal);
        g_autoptr(GPtrArray) order = g_ptr_array_new();
        GString *text = g_string_new(NULL);

        for (gsize i = 0; reactions && i < g_variant_n_children(reactions); i++) {
                const char *emoji;
                guint count;

                g_variant_get_child(reactions, i, "{&s&s}", NULL, &emoji);
                count = GPOINTER_TO_UINT(g_hash_table_lookup(counts, emoji));
                if (count == 0)
                        g_ptr_array_add(order, (gpointer)emoji);
                g_hash_table_insert(counts, (gpointer)emoji, GUINT_TO_POINTER(count + 1));
        }
        for (guint i = 0; i < order->len; i++) {
                guint count = GPOINTER_TO_UINT(g_hash_table_lookup(counts, order->pdata[i]));

                g_string_append_printf(text, "%s%s", i > 0 ? "  " : "", (const char *)order->pdata[i]);
                if (count > 1)
                        g_string_append_printf(text, " %u", count);
        }
        return g_string_free(text, FALSE);
}

static void show_file(SmMessageRow *self, const ClientMessage *fields)
{
        gboolean is_file = strcmp(fields->kind, "attachment") == 0;
        g_autofree char *name = wording_one_line(fields->name);
        g_autofree char *size = g_format_size(fields->size);

        gtk_widget_set_visible(self->file, is_file);
        gtk_widget_set_visible(self->text, !is_file || *fields->text != 0);
        gtk_label_set_text(GTK_LABEL(self->file_name), name);
        gtk_label_set_text(GTK_LABEL(self->file_size),
                           *fields->transfer_problem_text ? fields->transfer_problem_text : size);
}

static void on_thumbnail(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(GdkTexture) texture = thumbnail_load_finish(result, &error);
        SmMessageRow *self = userdata;

        if (!texture) /* cancelled: the row shows something else, or is gone */
                return;
        gtk_picture_set_paintable(GTK_PICTURE(self->picture), GDK_PAINTABLE(texture));
        gtk_widget_set_size_request(self->picture, gdk_texture_get_width(texture), gdk_texture_get_height(texture));
        gtk_widget_set_visible(self->picture, TRUE);
}

static void forget_picture(SmMessageRow *self)
{
        if (self->cancellable)
                g_cancellable_cancel(self->cancellable);
        g_clear_object(&self->cancellable);
        gtk_picture_set_paintable(GTK_PICTURE(self->picture), NULL);
        gtk_widget_set_visible(self->picture, FALSE);
}

static void show_picture(SmMessageRow *self, const ClientMessage *fields)
{
        gboolean has_one = FALSE;

        g_variant_lookup(fields->dictionary, "thumbnail", "b", &has_one);
        if (!has_one) {
                forget_picture(self);
        } else if (!self->cancellable && self->daemon && sm_daemon_messages(self->daemon)) {
                self->cancellable = g_cancellable_new();
                gtk_accessible_update_property(GTK_ACCESSIBLE(self->picture), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                               fields->name, -1);
                thumbnail_load(sm_daemon_messages(self->daemon), fields->id, self->cancellable, on_thumbnail, self);
        }
}

static void show_notice(SmMessageRow *self, const ClientMessage *fields)
{
        g_autofree char *notice = notice_text(fields);

        gtk_widget_set_visible(self->notice, notice != NULL);
        gtk_widget_set_visible(self->bubble, notice == NULL);
        gtk_label_set_text(GTK_LABEL(self->notice), notice ? notice : "");
        if (notice_is_warning(fields))
                gtk_widget_add_css_class(self->notice, "warning");
        else
                gtk_widget_remove_css_class(self->notice, "warning");
}

static void show_place(SmMessageRow *self, const ClientMessage *fields)
{
        g_autofree char *day = wording_day(fields->time);

        gtk_label_set_text(GTK_LABEL(self->day), day);
        gtk_widget_set_visible(self->day, (sm_message_place(self->message) & SM_MESSAGE_BEGINS_DAY) != 0);
}

static void update(SmMessageRow *self)
{
        const ClientMessage *fields = sm_message_fields(self->message);
        g_autofree char *hour = wording_hour(fields->time);
        g_autofree char *quote = wording_one_line(fields->reply_text);
        g_autofree char *reactions = reactions_text(fields);

        show_notice(self, fields);
        show_file(self, fields);
        show_picture(self, fields);
        show_text(self, fields->text);
        gtk_label_set_text(GTK_LABEL(self->quote), quote);
        gtk_widget_set_visible(self->quote, *quote != 0);
        gtk_label_set_text(GTK_LABEL(self->reactions), reactions);
        gtk_widget_set_visible(self->reactions, *reactions != 0);
        gtk_widget_set_halign(self->reactions, fields->outgoing ? GTK_ALIGN_END : GTK_ALIGN_START);
        gtk_widget_set_visible(self->unaccepted, fields->unaccepted_key);
        gtk_label_set_text(GTK_LABEL(self->time), hour);
        gtk_widget_set_visible(self->edited, fields->edited);
        gtk_widget_set_halign(self->bubble, fields->outgoing ? GTK_ALIGN_END : GTK_ALIGN_START);
        gtk_widget_set_margin_start(self->bubble, fields->outgoing ? OTHER_SIDE : 0);
        gtk_widget_set_margin_end(self->bubble, fields->outgoing ? 0 : OTHER_SIDE);
        gtk_widget_remove_css_class(self->bubble, fields->outgoing ? "incoming" : "outgoing");
        gtk_widget_add_css_class(self->bubble, fields->outgoing ? "outgoing" : "incoming");
        show_state(self, fields);
        show_place(self, fields);
}

static void sm_message_row_dispose(GObject *object)
{
        SmMessageRow *self = SM_MESSAGE_ROW(object);

        sm_message_row_set_message(self, NULL);
        g_clear_object(&self->daemon);
        gtk_widget_dispose_template(GTK_WIDGET(self), SM_TYPE_MESSAGE_ROW);
        G_OBJECT_CLASS(sm_message_row_parent_class)->dispose(object);
}

static void sm_message_row_class_init(SmMessageRowClass *class)
{
        GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = sm_message_row_dispose;
        gtk_widget_class_set_template_from_resource(widget,
                                                    "/org/securemessenger/SecureMessenger/message-row.ui");
        gtk_widget_class_bind_template_child(widget, SmMessageRow, box);
        gtk_widget_class_bind_template_child(widget, SmMessageRow, day);
        gtk_widget_class_bind_template_child(widget, SmMessageRow, notice);
        gtk_widget_class_bind_template_child(widget, SmMessageRow, bubble);
        gtk_widget_class_bind_template_child(widget, SmMessageRow, quote);
        gtk_widget_class_bind_template_child(widget, SmMessageRow, text);
        gtk_widget_class_bind_template_child(widget, SmMessageRow, edited);
        gtk_widget_class_bind_template_child(widget, SmMessageRow, time);
        gtk_widget_class_bind_template_child(widget, SmMessageRow, state);
        gtk_widget_class_bind_template_child(widget, SmMessageRow, reason);
        gtk_widget_class_bind_template_child(widget, SmMessageRow, picture);
        gtk_widget_class_bind_template_child(widget, SmMessageRow, file);
        gtk_widget_class_bind_template_child(widget, SmMessageRow, file_name);
        gtk_widget_class_bind_template_child(widget, SmMessageRow, file_size);
        gtk_widget_class_bind_template_child(widget, SmMessageRow, reactions);
        gtk_widget_class_bind_template_child(widget, SmMessageRow, unaccepted);
}

static void sm_message_row_init(SmMessageRow *self)
{
        gtk_widget_init_template(GTK_WIDGET(self));
}

SmMessageRow *sm_message_row_new(void)
{
        return g_object_new(SM_TYPE_MESSAGE_ROW, NULL);
}

void sm_message_row_set_message(SmMessageRow *self, SmMessage *message)
{
        if (self->message)
                g_signal_handlers_disconnect_by_data(self->message, self);
        g_set_object(&self->message, message);
        if (self->picture)
                forget_picture(self);
        if (!message)
                return;
        g_signal_connect_swapped(message, "changed", G_CALLBACK(update), self);
        update(self);
}

void sm_message_row_set_daemon(SmMessageRow *self, SmDaemon *daemon)
{
        g_set_object(&self->daemon, daemon);
}
