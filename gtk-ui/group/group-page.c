/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/group/group-page.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client/connection.h"
#include "client/failure.h"
#include "gtk-ui/group/group-members.h"
#include "gtk-ui/group/group-settings.h"
#include "gtk-ui/group/new-group.h"
#include "gtk-ui/model/group-standing.h"
#include "gtk-ui/toast.h"

struct _SmGroupPage {
        AdwWindow parent;
        SmDaemon *daemon;
        SmConversation *conversation;
        GtkWidget *title, *spinner, *stack, *members, *settings;
};

G_DEFINE_FINAL_TYPE(SmGroupPage, sm_group_page, ADW_TYPE_WINDOW)

static void update(SmGroupPage *self)
{
        g_autofree char *subtitle = group_subtitle(self->conversation);

        adw_view_switcher_title_set_title(ADW_VIEW_SWITCHER_TITLE(self->title), sm_conversation_title(self->conversation));
        adw_view_switcher_title_set_subtitle(ADW_VIEW_SWITCHER_TITLE(self->title), subtitle);
        gtk_window_set_title(GTK_WINDOW(self), sm_conversation_title(self->conversation));
}

/* ---- Changes ---- */

static void set_busy(SmGroupPage *self, gboolean is_busy)
{
        gtk_widget_set_visible(self->spinner, is_busy);
        gtk_widget_set_sensitive(self->stack, !is_busy);
}

typedef struct Change {
        SmGroupPage *page;
        const char *method;
} Change;

static void explain_last_admin(SmGroupPage *self);

static gboolean is(const Change *change, const char *method)
{
        return strcmp(change->method, method) == 0;
}

static void on_changed(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autofree Change *change = userdata;
        g_autoptr(SmGroupPage) self = change->page;
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) reply = g_dbus_proxy_call_finish(G_DBUS_PROXY(source), result, &error);

        if (!self->conversation) /* closed meanwhile; what was begun goes on */
                return;
        set_busy(self, FALSE);
        if (!reply && client_failure_of(error) == CLIENT_FAILURE_LAST_ADMIN)
                explain_last_admin(self);
        else if (!reply)
                toast_failure(self->stack, error);
        else if (is(change, "Leave") || is(change, "Delete"))
                gtk_window_close(GTK_WINDOW(self));
        else if (is(change, "Rejoin"))
                toast_say(self->stack, _("Members were asked. You are back as soon as one of them is online."));
        else if (is(change, "Renew"))
                toast_say(self->stack, _("The group has new keys."));
}

/* method lives for ever. */
static void start(SmGroupPage *self, const char *method, GVariant *arguments)
{
        Change *change = g_new0(Change, 1);

        change->page = g_object_ref(self);
        change->method = method;
        set_busy(self, TRUE);
        g_dbus_proxy_call(sm_conversation_proxy(self->conversation), method, arguments, G_DBUS_CALL_FLAGS_NO_AUTO_START,
                          CLIENT_GROUP_TIMEOUT_MS, NULL, on_changed, change);
}

/* ---- What has to be agreed to ---- */

typedef struct Question {
        const char *method, *heading, *body, *answer;
} Question;

static const Question questions[] = {
                {"Leave", N_("Leave the Group?"),
                 N_("You can read nothing that comes after, and come back only if an administrator adds you again."),
                 N_("_Leave")},
                {"Delete", N_("Delete the Group?"),
                 N_("Everybody is removed from it, and nobody can write to it any more. What was said stays where it was "
                    "received."),
                 N_("_Delete")},
                {"Rejoin", N_("Rejoin the Group?"),
                 N_("For a group in which members cannot read one another. Until one of your contacts in it has answered, "
                    "you can neither read nor write."),
                 N_("_Rejoin")},
};

static void on_agreed(AdwMessageDialog *dialog, const char *response, SmGroupPage *self)
{
        const Question *question = g_object_get_data(G_OBJECT(dialog), "question");

        if (strcmp(response, "yes") == 0 && self->conversation)
                start(self, question->method, g_variant_new("(a{sv})", NULL));
}

static void ask(SmGroupPage *self, const Question *question)
{
        GtkWidget *dialog = adw_message_dialog_new(GTK_WINDOW(self), _(question->heading), _(question->body));

        adw_message_dialog_add_responses(ADW_MESSAGE_DIALOG(dialog), "cancel", _("_Cancel"), "yes", _(question->answer),
                                         NULL);
        adw_message_dialog_set_response_appearance(ADW_MESSAGE_DIALOG(dialog), "yes", ADW_RESPONSE_DESTRUCTIVE);
        adw_message_dialog_set_default_response(ADW_MESSAGE_DIALOG(dialog), "cancel");
        g_object_set_data(G_OBJECT(dialog), "question", (gpointer)question);
        g_signal_connect_object(dialog, "response", G_CALLBACK(on_agreed), self, 0);
        gtk_window_present(GTK_WINDOW(dialog));
}

static void on_last_admin(AdwMessageDialog *dialog, const char *response, SmGroupPage *self)
{
        if (strcmp(response, "choose") == 0)
                adw_view_stack_set_visible_child_name(ADW_VIEW_STACK(self->stack), "members");
}

static void explain_last_admin(SmGroupPage *self)
{
        GtkWidget *dialog = adw_message_dialog_new(GTK_WINDOW(self), _("Nobody Else Administers the Group"),
                                                   _("Make somebody else an administrator first. Or delete the group."));

        adw_message_dialog_add_responses(ADW_MESSAGE_DIALOG(dialog), "cancel", _("_Cancel"), "choose",
                                         _("_Choose Somebody"), NULL);
        adw_message_dialog_set_response_appearance(ADW_MESSAGE_DIALOG(dialog), "choose", ADW_RESPONSE_SUGGESTED);
        adw_message_dialog_set_default_response(ADW_MESSAGE_DIALOG(dialog), "choose");
        g_signal_connect_object(dialog, "response", G_CALLBACK(on_last_admin), self, 0);
        gtk_window_present(GTK_WINDOW(dialog));
}

/* From the members, and from the settings. */
static void on_change(SmGroupPage *self, const char *method, GVariant *arguments)
{
        if (strcmp(method, "Leave") == 0 && sm_group_members_needs_us(SM_GROUP_MEMBERS(self->members))) {
                explain_last_admin(self);
                return;
        }
        for (size_t i = 0; i < G_N_ELEMENTS(questions); i++) {
                if (strcmp(questions[i].method, method) == 0) {
                        ask(self, &questions[i]);
                        return;
                }
        }
        start(self, g_intern_string(method), arguments);
}

/* They may be no contact yet. */
static void on_write(SmGroupPage *self, const char *name)
{
        gtk_widget_activate_action(GTK_WIDGET(gtk_window_get_transient_for(GTK_WINDOW(self))), "win.write-to", "s", name);
        gtk_window_close(GTK_WINDOW(self));
}

static void on_add(SmGroupPage *self)
{
        g_auto(GStrv) names = sm_group_members_names(SM_GROUP_MEMBERS(self->members));

        sm_new_group_open_for(GTK_WINDOW(self), self->daemon, self->conversation, (const char *const *)names);
}

/* ---- The object ---- */

static void on_state_changed(SmGroupPage *self)
{
        if (sm_daemon_state(self->daemon) != SM_DAEMON_UNLOCKED)
                gtk_window_close(GTK_WINDOW(self));
}

static void sm_group_page_dispose(GObject *object)
{
        SmGroupPage *self = SM_GROUP_PAGE(object);

        if (self->conversation)
                g_signal_handlers_disconnect_by_data(self->conversation, self);
        if (self->daemon)
                g_signal_handlers_disconnect_by_data(self->daemon, self);
        g_clear_object(&self->conversation);
        g_clear_object(&self->daemon);
        gtk_widget_dispose_template(GTK_WIDGET(self), SM_TYPE_GROUP_PAGE);
        G_OBJECT_CLASS(sm_group_page_parent_class)->dispose(object);
}

static void sm_group_page_class_init(SmGroupPageClass *class)
{
        GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = sm_group_page_dispose;
        g_type_ensure(SM_TYPE_GROUP_MEMBERS);
        g_type_ensure(SM_TYPE_GROUP_SETTINGS);
        gtk_widget_class_set_accessible_role(widget, GTK_ACCESSIBLE_ROLE_DIALOG);
        gtk_widget_class_set_template_from_resource(widget, "/org/securemessenger/SecureMessenger/group-page.ui");
        gtk_widget_class_bind_template_child(widget, SmGroupPage, title);
        gtk_widget_class_bind_template_child(widget, SmGroupPage, spinner);
        gtk_widget_class_bind_template_child(widget, SmGroupPage, stack);
        gtk_widget_class_bind_template_child(widget, SmGroupPage, members);
        gtk_widget_class_bind_template_child(widget, SmGroupPage, settings);
        gtk_widget_class_bind_template_callback(widget, on_change);
        gtk_widget_class_bind_template_callback(widget, on_write);
        gtk_widget_class_bind_template_callback(widget, on_add);
        gtk_widget_class_add_binding_action(widget, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void sm_group_page_init(SmGroupPage *self)
{
        gtk_widget_init_template(GTK_WIDGET(self));
}

void sm_group_page_open(GtkWindow *parent, SmDaemon *daemon, SmConversation *conversation)
{
        SmGroupPage *self = g_object_new(SM_TYPE_GROUP_PAGE, "transient-for", parent, NULL);

        self->daemon = g_object_ref(daemon);
        self->conversation = g_object_ref(conversation);
        g_signal_connect_swapped(daemon, "state-changed", G_CALLBACK(on_state_changed), self);
        g_signal_connect_swapped(conversation, "changed", G_CALLBACK(update), self);
        sm_group_members_set_conversation(SM_GROUP_MEMBERS(self->members), conversation);
        sm_group_settings_set_conversation(SM_GROUP_SETTINGS(self->settings), conversation);
        update(self);
        gtk_window_present(GTK_WINDOW(self));
}
