/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/conversation/message-row.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <string.h>

#include "gtk-ui/conversation/message-commands.h"
#include "gtk-ui/conversation/message-file.h"
#include "gtk-ui/conversation/message-menu.h"
#include "gtk-ui/conversation/message-reactions.h"
#include "gtk-ui/conversation/message-resend.h"
#include "gtk-ui/conversation/message-text.h"
#include "gtk-ui/conversation/notice.h"
#include "gtk-ui/wording.h"

enum {
        OTHER_SIDE = 48, /* pixels that a bubble leaves free, so that one sees whose it is */
        AVATAR = 32 + 8, /* pixels that it takes, and the space beside it */
        COLOURS = 8,     /* of senders, in style.css */
        SOON = 60,       /* seconds: what goes sooner is counted by the second */
};

struct _SmMessageRow {
        GtkWidget parent;
        SmMessage *message;
        SmDaemon *daemon;
        guint timer; /* to count what is left */
        GtkWidget *box, *day, *unread, *notice, *line, *avatar, *column, *bubble, *sender, *quote, *quote_sender, *quote_text;
        GtkWidget *file, *text, *expires, *expires_time, *edited, *time, *state, *reactions, *unaccepted, *failure, *reason;
        GtkWidget *again, *whole; /* whole: NULL until one needs it */
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

static const char *state_name(const ClientMessage *fields)
{
        for (size_t i = 0; i < G_N_ELEMENTS(looks); i++)
                if (strcmp(fields->state, looks[i].state) == 0)
                        return _(looks[i].name);
        return "";
}

static void set_class(GtkWidget *widget, const char *class, gboolean has)
{
        if (has)
                gtk_widget_add_css_class(widget, class);
        else
                gtk_widget_remove_css_class(widget, class);
}

static void show_state(SmMessageRow *self, const ClientMessage *fields)
{
        const gboolean failed = strcmp(fields->state, "failed") == 0;

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
        set_class(self->reason, "error", failed);
        gtk_widget_set_visible(self->again, message_can_be_sent_again(fields));
        gtk_widget_set_visible(self->failure, *fields->reason_text != 0 || message_can_be_sent_again(fields));
}

/* ---- What is left of its time ---- */

static gboolean on_time(gpointer userdata);

static void show_time_left(SmMessageRow *self, const ClientMessage *fields)
{
        guint32 after = 0;
        gint64 when = 0, left;

        g_clear_handle_id(&self->timer, g_source_remove);
        g_variant_lookup(fields->dictionary, "expires-after", "u", &after);
        g_variant_lookup(fields->dictionary, "expires-time", "x", &when);
        gtk_widget_set_visible(self->expires, after > 0);
        if (after == 0)
                return;
        left = when > 0 ? MAX(0, (when - g_get_real_time() / 1000 + 999) / 1000) : after;

        g_autofree char *shown = wording_time_left((guint32)MIN(left, G_MAXUINT32));
        g_autofree char *told = g_strdup_printf(when > 0 ? _("Disappears in %s") : _("Disappears %s after it was read"), shown);

        gtk_label_set_text(GTK_LABEL(self->expires_time), shown);
        gtk_widget_set_tooltip_text(self->expires, told);
        gtk_accessible_update_property(GTK_ACCESSIBLE(self->expires_time), GTK_ACCESSIBLE_PROPERTY_LABEL, told, -1);
        if (when > 0 && left > 0)
                self->timer = g_timeout_add_seconds(left <= SOON ? 1 : SOON / 2, on_time, self);
}

static gboolean on_time(gpointer userdata)
{
        SmMessageRow *self = userdata;

        self->timer = 0;
        show_time_left(self, sm_message_fields(self->message));
        return G_SOURCE_REMOVE;
}

/* ---- Whose it is ---- */

static void show_sender(SmMessageRow *self, const ClientMessage *fields)
{
        const gboolean continues = (sm_message_place(self->message) & SM_MESSAGE_CONTINUES) != 0;
        const gboolean in_group = *fields->conversation == '+' && !fields->outgoing;
        g_autofree char *colour = g_strdup_printf("sender-%u", wording_colour(fields->sender, COLOURS));
        g_autofree char *last = NULL;

        for (unsigned i = 0; i < COLOURS; i++) {
                last = g_strdup_printf("sender-%u", i);
                gtk_widget_remove_css_class(self->sender, last);
                g_clear_pointer(&last, g_free);
        }
        gtk_widget_add_css_class(self->sender, colour);
        gtk_label_set_text(GTK_LABEL(self->sender), fields->sender);
        gtk_widget_set_visible(self->sender, in_group && !continues);
        gtk_widget_set_visible(self->avatar, in_group && !continues);
        adw_avatar_set_text(ADW_AVATAR(self->avatar), fields->sender);
        gtk_widget_set_margin_start(self->column, in_group && continues ? AVATAR : 0);
        gtk_widget_set_margin_top(self->line, continues ? 0 : 6);
        gtk_widget_set_halign(self->bubble, fields->outgoing ? GTK_ALIGN_END : GTK_ALIGN_START);
        gtk_widget_set_margin_start(self->bubble, fields->outgoing ? OTHER_SIDE : 0);
        gtk_widget_set_margin_end(self->bubble, fields->outgoing ? 0 : OTHER_SIDE);
        set_class(self->bubble, "incoming", !fields->outgoing);
        set_class(self->bubble, "outgoing", fields->outgoing);
        set_class(self->bubble, "continues", continues);
        set_class(self->bubble, "found", (sm_message_place(self->message) & SM_MESSAGE_FOUND) != 0);
}

static void show_place(SmMessageRow *self, const ClientMessage *fields)
{
        const unsigned place = sm_message_place(self->message);
        g_autofree char *day = wording_day(fields->time);

        gtk_label_set_text(GTK_LABEL(self->day), day);
        gtk_widget_set_visible(self->day, (place & SM_MESSAGE_BEGINS_DAY) != 0);
        gtk_widget_set_visible(self->unread, (place & SM_MESSAGE_FIRST_UNREAD) != 0);
}

static void show_quote(SmMessageRow *self, const ClientMessage *fields)
{
        g_autofree char *quote = wording_one_line(fields->reply_text);
        const gboolean known = *fields->reply_sender != 0;

        gtk_widget_set_visible(self->quote, *fields->reply_to != 0);
        gtk_widget_set_sensitive(self->quote, known);
        gtk_widget_set_visible(self->quote_sender, known);
        gtk_label_set_text(GTK_LABEL(self->quote_sender), fields->reply_sender);
        gtk_label_set_text(GTK_LABEL(self->quote_text), known ? quote : _("A message that is not here"));
}

static void show_notice(SmMessageRow *self, const char *notice, const ClientMessage *fields)
{
        gtk_widget_set_visible(self->notice, notice != NULL);
        gtk_widget_set_visible(self->line, notice == NULL);
        gtk_label_set_text(GTK_LABEL(self->notice), notice ? notice : "");
        set_class(self->notice, "warning", notice_is_warning(fields));
}

/* What a screen reader says of it when one comes to it. */
static void name_it(SmMessageRow *self, const char *notice, const ClientMessage *fields)
{
        GtkWidget *item = gtk_widget_get_parent(GTK_WIDGET(self));
        g_autofree char *hour = wording_hour(fields->time);
        g_autofree char *text = wording_one_line(*fields->text || !*fields->name ? fields->text : fields->name);
        g_autofree char *name = NULL;

        if (notice)
                name = g_strdup(notice);
        else if (fields->outgoing)
                /* TRANSLATORS: an hour, a state such as "Delivered", and what one has written */
                name = g_strdup_printf(_("You, %1$s, %2$s: %3$s"), hour, state_name(fields), text);
        else
                /* TRANSLATORS: a name, an hour, and what that person has written */
                name = g_strdup_printf(_("%1$s, %2$s: %3$s"), fields->sender, hour, text);
        gtk_accessible_update_property(GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
        if (item)
                gtk_accessible_update_property(GTK_ACCESSIBLE(item), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

/* Few messages have one, and it has many parts: it is made when it is needed first. */
static SmMessageFile *file_of(SmMessageRow *self)
{
        if (!adw_bin_get_child(ADW_BIN(self->file)))
                adw_bin_set_child(ADW_BIN(self->file), g_object_new(SM_TYPE_MESSAGE_FILE, NULL));
        return SM_MESSAGE_FILE(adw_bin_get_child(ADW_BIN(self->file)));
}

static void show_text(SmMessageRow *self, const ClientMessage *fields, gboolean is_shown)
{
        const gboolean is_cut = is_shown && message_text_is_cut(fields->text);

        gtk_widget_set_visible(self->text, is_shown);
        message_text_set(GTK_LABEL(self->text), fields->text);
        if (is_cut && !self->whole) {
                self->whole = gtk_button_new_with_label(_("Show All"));
                gtk_widget_set_halign(self->whole, GTK_ALIGN_START);
                gtk_box_insert_child_after(GTK_BOX(self->bubble), self->whole, self->text);
                message_commands_connect(self->whole, "message.show-all", NULL);
        }
        if (self->whole)
                gtk_widget_set_visible(self->whole, is_cut);
}

static void update(SmMessageRow *self)
{
        const ClientMessage *fields = sm_message_fields(self->message);
        const gboolean is_file = strcmp(fields->kind, "attachment") == 0;
        g_autofree char *hour = wording_hour(fields->time);
        g_autofree char *notice = notice_text(fields);

        show_notice(self, notice, fields);
        show_sender(self, fields);
        show_place(self, fields);
        show_quote(self, fields);
        gtk_widget_set_visible(self->file, is_file);
        if (is_file)
                sm_message_file_set(file_of(self), self->daemon, fields);
        show_text(self, fields, !is_file || *fields->text != 0);
        gtk_widget_set_visible(self->reactions, message_reactions_show(GTK_BOX(self->reactions), fields,
                                                                       sm_daemon_user_name(self->daemon)));
        gtk_widget_set_halign(self->reactions, fields->outgoing ? GTK_ALIGN_END : GTK_ALIGN_START);
        gtk_widget_set_visible(self->unaccepted, fields->unaccepted_key);
        gtk_label_set_text(GTK_LABEL(self->time), hour);
        gtk_widget_set_visible(self->edited, fields->edited);
        show_time_left(self, fields);
        show_state(self, fields);
        message_commands_allow(GTK_WIDGET(self), self->message);
        name_it(self, notice, fields);
}

/* ---- What is done with it ---- */

void sm_message_row_show_menu(SmMessageRow *self, const GdkRectangle *at)
{
        GdkRectangle place = {0};
        graphene_rect_t bounds;

        if (!self->message || !sm_message_is_said(self->message))
                return;
        if (!at && gtk_widget_compute_bounds(self->bubble, GTK_WIDGET(self), &bounds))
                place = (GdkRectangle){(int)bounds.origin.x, (int)bounds.origin.y, (int)bounds.size.width,
                                       (int)bounds.size.height};
        message_menu_popup(GTK_WIDGET(self), sm_message_fields(self->message)->text, at ? at : &place);
}

SmMessage *sm_message_row_message(SmMessageRow *self)
{
        return self->message;
}

SmDaemon *sm_message_row_daemon(SmMessageRow *self)
{
        return self->daemon;
}

static void on_pressed(GtkGestureClick *gesture, int presses, double x, double y, SmMessageRow *self)
{
        gtk_gesture_set_state(GTK_GESTURE(gesture), GTK_EVENT_SEQUENCE_CLAIMED);
        sm_message_row_show_menu(self, &(GdkRectangle){(int)x, (int)y, 1, 1});
}

static void on_long_pressed(GtkGestureLongPress *gesture, double x, double y, SmMessageRow *self)
{
        gtk_gesture_set_state(GTK_GESTURE(gesture), GTK_EVENT_SEQUENCE_CLAIMED);
        sm_message_row_show_menu(self, &(GdkRectangle){(int)x, (int)y, 1, 1});
}

/* ---- The object ---- */

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
        gtk_widget_class_set_accessible_role(widget, GTK_ACCESSIBLE_ROLE_GROUP);
        gtk_widget_class_set_template_from_resource(widget, "/org/securemessenger/SecureMessenger/message-row.ui");
        gtk_widget_class_bind_template_child(widget, SmMessageRow, box);
        gtk_widget_class_bind_template_child(widget, SmMessageRow, day);
        gtk_widget_class_bind_template_child(widget, SmMessageRow, unread);
        gtk_widget_class_bind_template_child(widget, SmMessageRow, notice);
        gtk_widget_class_bind_template_child(widget, SmMessageRow, line);
        gtk_widget_class_bind_template_child(widget, SmMessageRow, avatar);
        gtk_widget_class_bind_template_child(widget, SmMessageRow, column);
        gtk_widget_class_bind_template_child(widget, SmMessageRow, bubble);
        gtk_widget_class_bind_template_child(widget, SmMessageRow, sender);
        gtk_widget_class_bind_template_child(widget, SmMessageRow, quote);
        gtk_widget_class_bind_template_child(widget, SmMessageRow, quote_sender);
        gtk_widget_class_bind_template_child(widget, SmMessageRow, quote_text);
        gtk_widget_class_bind_template_child(widget, SmMessageRow, file);
        gtk_widget_class_bind_template_child(widget, SmMessageRow, text);
        gtk_widget_class_bind_template_child(widget, SmMessageRow, expires);
        gtk_widget_class_bind_template_child(widget, SmMessageRow, expires_time);
        gtk_widget_class_bind_template_child(widget, SmMessageRow, edited);
        gtk_widget_class_bind_template_child(widget, SmMessageRow, time);
        gtk_widget_class_bind_template_child(widget, SmMessageRow, state);
        gtk_widget_class_bind_template_child(widget, SmMessageRow, reactions);
        gtk_widget_class_bind_template_child(widget, SmMessageRow, unaccepted);
        gtk_widget_class_bind_template_child(widget, SmMessageRow, failure);
        gtk_widget_class_bind_template_child(widget, SmMessageRow, reason);
        gtk_widget_class_bind_template_child(widget, SmMessageRow, again);
        gtk_widget_class_bind_template_callback(widget, on_pressed);
        gtk_widget_class_bind_template_callback(widget, on_long_pressed);
        message_commands_install(widget);
}

static void sm_message_row_init(SmMessageRow *self)
{
        gtk_widget_init_template(GTK_WIDGET(self));
        message_text_init_label(GTK_LABEL(self->text));
        message_commands_connect(self->quote, "message.go-to-quoted", NULL);
        message_commands_connect(self->again, "message.send-again", NULL);
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
        g_clear_handle_id(&self->timer, g_source_remove);
        if (!message) {
                if (self->file && adw_bin_get_child(ADW_BIN(self->file)))
                        sm_message_file_clear(file_of(self));
                return;
        }
        g_signal_connect_swapped(message, "changed", G_CALLBACK(update), self);
        update(self);
}

void sm_message_row_set_daemon(SmMessageRow *self, SmDaemon *daemon)
{
        g_set_object(&self->daemon, daemon);
}
