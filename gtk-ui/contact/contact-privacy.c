/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/contact/contact-privacy.h"

#include <string.h>

#include "gtk-ui/contact/contact-call.h"

/* As they stand in the list of choices, and as properties have them. */
static const char *const choices[] = {"default", "yes", "no"};
static const char *const properties[] = {"SendReadReceipts", "SendDeliveryReceipts", "ShowPresence", "SendTyping"};

struct _SmContactPrivacy {
        AdwPreferencesGroup parent;
        SmConversation *contact;
        gboolean is_updating;
        GtkWidget *read, *delivery, *presence, *typing;
        GtkWidget *rows[G_N_ELEMENTS(properties)]; /* borrowed: these, in the order of the properties */
};

G_DEFINE_FINAL_TYPE(SmContactPrivacy, sm_contact_privacy, ADW_TYPE_PREFERENCES_GROUP)

static guint position_of(const char *choice)
{
        for (guint i = 0; i < G_N_ELEMENTS(choices); i++)
                if (strcmp(choices[i], choice) == 0)
                        return i;
        return GTK_INVALID_LIST_POSITION;
}

static void update(SmContactPrivacy *self)
{
        self->is_updating = TRUE;
        for (size_t i = 0; i < G_N_ELEMENTS(properties); i++) {
                g_autofree char *choice = sm_conversation_text(self->contact, properties[i]);

                adw_combo_row_set_selected(ADW_COMBO_ROW(self->rows[i]), position_of(choice));
        }
        self->is_updating = FALSE;
}

static void on_written(GtkWidget *widget, gboolean is_done)
{
        if (!is_done && SM_CONTACT_PRIVACY(widget)->contact)
                update(SM_CONTACT_PRIVACY(widget));
}

static void on_selected(SmContactPrivacy *self, GParamSpec *property, GtkWidget *row)
{
        guint position = adw_combo_row_get_selected(ADW_COMBO_ROW(row));

        if (self->is_updating || !self->contact || position >= G_N_ELEMENTS(choices))
                return;
        for (size_t i = 0; i < G_N_ELEMENTS(properties); i++)
                if (self->rows[i] == row)
                        contact_call_set(GTK_WIDGET(self), self->contact, properties[i],
                                         g_variant_new_string(choices[position]), on_written);
}

static void sm_contact_privacy_dispose(GObject *object)
{
        SmContactPrivacy *self = SM_CONTACT_PRIVACY(object);

        if (self->contact)
                g_signal_handlers_disconnect_by_data(self->contact, self);
        g_clear_object(&self->contact);
        gtk_widget_dispose_template(GTK_WIDGET(self), SM_TYPE_CONTACT_PRIVACY);
        G_OBJECT_CLASS(sm_contact_privacy_parent_class)->dispose(object);
}

static void sm_contact_privacy_class_init(SmContactPrivacyClass *class)
{
        GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = sm_contact_privacy_dispose;
        gtk_widget_class_set_template_from_resource(widget, "/org/securemessenger/SecureMessenger/contact-privacy.ui");
        gtk_widget_class_bind_template_child(widget, SmContactPrivacy, read);
        gtk_widget_class_bind_template_child(widget, SmContactPrivacy, delivery);
        gtk_widget_class_bind_template_child(widget, SmContactPrivacy, presence);
        gtk_widget_class_bind_template_child(widget, SmContactPrivacy, typing);
}

static void sm_contact_privacy_init(SmContactPrivacy *self)
{
        gtk_widget_init_template(GTK_WIDGET(self));
        self->rows[0] = self->read;
        self->rows[1] = self->delivery;
        self->rows[2] = self->presence;
        self->rows[3] = self->typing;
        for (size_t i = 0; i < G_N_ELEMENTS(properties); i++)
                g_signal_connect_swapped(self->rows[i], "notify::selected", G_CALLBACK(on_selected), self);
}

void sm_contact_privacy_set_contact(SmContactPrivacy *self, SmConversation *contact)
{
        g_set_object(&self->contact, contact);
        g_signal_connect_swapped(contact, "changed", G_CALLBACK(update), self);
        update(self);
}
