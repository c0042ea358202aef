/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/conversation/group-bar.h"

#include <glib/gi18n.h>

#include "client/connection.h"
#include "gtk-ui/model/group-standing.h"
#include "gtk-ui/toast.h"
#include "gtk-ui/wording.h"

struct _SmGroupBar {
        AdwBin parent;
        SmConversation *conversation;
        GCancellable *cancellable; /* of the question who has invited us */
        char *inviter;             /* "" while that is not known */
        gboolean is_busy;
        GtkWidget *revealer, *text, *accept, *leave, *rejoin, *spinner;
};

G_DEFINE_FINAL_TYPE(SmGroupBar, sm_group_bar, ADW_TYPE_BIN)

static char *text_of(SmGroupBar *self, GroupStanding standing)
{
        g_autofree char *inviter = NULL;

        switch (standing) {
        case GROUP_STANDING_NONE:
        case GROUP_STANDING_MEMBER:
                return NULL;
        case GROUP_STANDING_INVITED:
                if (!*self->inviter)
                        return g_strdup(_("Somebody whom you do not know has added you to this group."));
                inviter = wording_isolated(self->inviter);
                return g_strdup_printf(_("%s, whom you do not know, has added you to this group."), inviter);
        case GROUP_STANDING_LEAVING:
                return g_strdup(_("You are leaving this group. It is done as soon as somebody else of it is online."));
        case GROUP_STANDING_LEFT:
                return g_strdup(_("You have left this group. What was said stays here."));
        case GROUP_STANDING_REMOVED:
                return g_strdup(_("You were removed from this group. What was said stays here; an administrator can add "
                                  "you again."));
        case GROUP_STANDING_LOST:
                return g_strdup(_("You are out of step with this group, and can neither read nor write. Other members can "
                                  "bring you back, or an administrator can add you again."));
        }
        return NULL;
}

static void update(SmGroupBar *self)
{
        GroupStanding standing = group_standing(self->conversation);
        g_autofree char *text = text_of(self, standing);

        if (text)
                gtk_label_set_text(GTK_LABEL(self->text), text);
        gtk_widget_set_visible(self->accept, standing == GROUP_STANDING_INVITED);
        gtk_widget_set_visible(self->leave, standing == GROUP_STANDING_INVITED);
        gtk_widget_set_visible(self->rejoin, standing == GROUP_STANDING_LOST);
        gtk_widget_set_visible(self->spinner, self->is_busy);
        gtk_widget_set_sensitive(self->accept, !self->is_busy);
        gtk_widget_set_sensitive(self->leave, !self->is_busy);
        gtk_widget_set_sensitive(self->rejoin, !self->is_busy);
        gtk_widget_set_visible(self->revealer, text != NULL); /* a screen reader reads what is only not revealed */
        gtk_revealer_set_reveal_child(GTK_REVEALER(self->revealer), text != NULL);
}

/* ---- Who has invited us ---- */

static void on_inviter(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) reply = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
        g_autoptr(GVariant) value = NULL;
        SmGroupBar *self = userdata;

        if (!reply) /* cancelled, or it is said without a name */
                return;
        g_variant_get(reply, "(v)", &value);
        if (!g_variant_is_of_type(value, G_VARIANT_TYPE_STRING))
                return;
        g_free(self->inviter);
        self->inviter = g_variant_dup_string(value, NULL);
        update(self);
}

static void forget_inviter(SmGroupBar *self)
{
        if (self->cancellable)
                g_cancellable_cancel(self->cancellable);
        g_clear_object(&self->cancellable);
        g_free(self->inviter);
        self->inviter = g_strdup("");
}

/* No signal tells of this property, so what is cached may be of an earlier invitation. */
static void ask_inviter(SmGroupBar *self)
{
        GDBusProxy *proxy = sm_conversation_proxy(self->conversation);

        self->cancellable = g_cancellable_new();
        g_dbus_connection_call(g_dbus_proxy_get_connection(proxy), CLIENT_BUS_NAME, g_dbus_proxy_get_object_path(proxy),
                               "org.freedesktop.DBus.Properties", "Get",
                               g_variant_new("(ss)", CLIENT_GROUP_INTERFACE, "Inviter"), G_VARIANT_TYPE("(v)"),
                               G_DBUS_CALL_FLAGS_NO_AUTO_START, CLIENT_CALL_TIMEOUT_MS, self->cancellable, on_inviter,
                               self);
}

static void on_changed(SmGroupBar *self)
{
        if (group_standing(self->conversation) != GROUP_STANDING_INVITED)
                forget_inviter(self);
        else if (!self->cancellable)
                ask_inviter(self);
        update(self);
}

/* ---- What can be done ---- */

typedef struct Call {
        SmGroupBar *bar;
        SmConversation *conversation; /* another one may be shown by the time of the answer */
        const char *done;             /* what to say then, or NULL */
} Call;

static void on_done(GObject *source, GAsyncResult *result, gpointer userdata)
{
        Call *call = userdata;
        g_autoptr(SmGroupBar) self = call->bar;
        g_autoptr(SmConversation) conversation = call->conversation;
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) reply = g_dbus_proxy_call_finish(G_DBUS_PROXY(source), result, &error);
        const char *text = call->done;

        g_free(call);
        if (self->conversation == conversation) {
                self->is_busy = FALSE;
                update(self);
        }
        if (!reply)
                toast_failure(GTK_WIDGET(self), error);
        else if (text)
                toast_say(GTK_WIDGET(self), text);
}

static void on_clicked(SmGroupBar *self, GtkWidget *button)
{
        const char *method = button == self->accept ? "Accept" : button == self->leave ? "Leave" : "Rejoin";
        GVariantBuilder options = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
        Call *call;

        if (!self->conversation) {
                g_variant_builder_clear(&options);
                return;
        }
        call = g_new0(Call, 1);
        call->bar = g_object_ref(self);
        call->conversation = g_object_ref(self->conversation);
        if (button == self->rejoin)
                call->done = _("Members were asked. You are back as soon as one of them is online.");
        self->is_busy = TRUE;
        update(self);
        g_dbus_proxy_call(sm_conversation_proxy(self->conversation), method, g_variant_new("(a{sv})", &options),
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, CLIENT_GROUP_TIMEOUT_MS, NULL, on_done, call);
}

/* ---- The object ---- */

void sm_group_bar_set_conversation(SmGroupBar *self, SmConversation *conversation)
{
        if (self->conversation)
                g_signal_handlers_disconnect_by_data(self->conversation, self);
        forget_inviter(self);
        self->is_busy = FALSE;
        g_set_object(&self->conversation, conversation);
        if (conversation)
                g_signal_connect_swapped(conversation, "changed", G_CALLBACK(on_changed), self);
        on_changed(self);
}

static void sm_group_bar_dispose(GObject *object)
{
        SmGroupBar *self = SM_GROUP_BAR(object);

        if (self->conversation)
                g_signal_handlers_disconnect_by_data(self->conversation, self);
        g_clear_object(&self->conversation);
        forget_inviter(self);
        gtk_widget_dispose_template(GTK_WIDGET(self), SM_TYPE_GROUP_BAR);
        G_OBJECT_CLASS(sm_group_bar_parent_class)->dispose(object);
}

static void sm_group_bar_finalize(GObject *object)
{
        g_free(SM_GROUP_BAR(object)->inviter);
        G_OBJECT_CLASS(sm_group_bar_parent_class)->finalize(object);
}

static void sm_group_bar_class_init(SmGroupBarClass *class)
{
        GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = sm_group_bar_dispose;
        G_OBJECT_CLASS(class)->finalize = sm_group_bar_finalize;
        gtk_widget_class_set_template_from_resource(widget, "/org/securemessenger/SecureMessenger/group-bar.ui");
        gtk_widget_class_bind_template_child(widget, SmGroupBar, revealer);
        gtk_widget_class_bind_template_child(widget, SmGroupBar, text);
        gtk_widget_class_bind_template_child(widget, SmGroupBar, accept);
        gtk_widget_class_bind_template_child(widget, SmGroupBar, leave);
        gtk_widget_class_bind_template_child(widget, SmGroupBar, rejoin);
        gtk_widget_class_bind_template_child(widget, SmGroupBar, spinner);
        gtk_widget_class_bind_template_callback(widget, on_clicked);
}

static void sm_group_bar_init(SmGroupBar *self)
{
        self->inviter = g_strdup("");
        gtk_widget_init_template(GTK_WIDGET(self));
}
