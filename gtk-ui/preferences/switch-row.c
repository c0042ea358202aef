/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/preferences/switch-row.h"

struct _SmSwitchRow {
        AdwActionRow parent;
        GtkWidget *toggle;
        char *setting;
        SmSettings *settings;
        gboolean is_following; /* what is shown comes from the daemon, and does not go there */
};

G_DEFINE_FINAL_TYPE(SmSwitchRow, sm_switch_row, ADW_TYPE_ACTION_ROW)

enum { PROP_SETTING = 1, PROP_ACTIVE, PROPERTIES };
static GParamSpec *properties[PROPERTIES];

gboolean sm_switch_row_is_active(SmSwitchRow *self)
{
        return gtk_switch_get_active(GTK_SWITCH(self->toggle));
}

void sm_switch_row_set_active(SmSwitchRow *self, gboolean active)
{
        gtk_switch_set_active(GTK_SWITCH(self->toggle), active);
}

static void follow(SmSwitchRow *self)
{
        g_autoptr(GVariant) value = sm_settings_read(self->settings, self->setting);

        gtk_widget_set_sensitive(self->toggle, value != NULL);
        if (!value || !g_variant_is_of_type(value, G_VARIANT_TYPE_BOOLEAN))
                return;
        self->is_following = TRUE;
        sm_switch_row_set_active(self, g_variant_get_boolean(value));
        self->is_following = FALSE;
}

static void on_active(SmSwitchRow *self)
{
        if (self->settings && !self->is_following)
                sm_settings_write(self->settings, self->setting, g_variant_new_boolean(sm_switch_row_is_active(self)));
        g_object_notify_by_pspec(G_OBJECT(self), properties[PROP_ACTIVE]);
}

void sm_switch_row_set_settings(SmSwitchRow *self, SmSettings *settings)
{
        g_autofree char *signal = g_strconcat("changed::", self->setting, NULL);

        g_return_if_fail(!self->settings && self->setting);
        self->settings = g_object_ref(settings);
        g_signal_connect_object(settings, signal, G_CALLBACK(follow), self, G_CONNECT_SWAPPED);
        follow(self);
}

static void sm_switch_row_get_property(GObject *object, guint id, GValue *value, GParamSpec *spec)
{
        SmSwitchRow *self = SM_SWITCH_ROW(object);

        switch (id) {
        case PROP_SETTING:
                g_value_set_string(value, self->setting);
                break;
        case PROP_ACTIVE:
                g_value_set_boolean(value, sm_switch_row_is_active(self));
                break;
        default:
                G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
        }
}

static void sm_switch_row_set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
        SmSwitchRow *self = SM_SWITCH_ROW(object);

        switch (id) {
        case PROP_SETTING:
                self->setting = g_value_dup_string(value);
                break;
        case PROP_ACTIVE:
                sm_switch_row_set_active(self, g_value_get_boolean(value));
                break;
        default:
                G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
        }
}

static void sm_switch_row_dispose(GObject *object)
{
        g_clear_object(&SM_SWITCH_ROW(object)->settings);
        G_OBJECT_CLASS(sm_switch_row_parent_class)->dispose(object);
}

static void sm_switch_row_finalize(GObject *object)
{
        g_free(SM_SWITCH_ROW(object)->setting);
        G_OBJECT_CLASS(sm_switch_row_parent_class)->finalize(object);
}

static void sm_switch_row_class_init(SmSwitchRowClass *class)
{
        GObjectClass *object = G_OBJECT_CLASS(class);

        object->dispose = sm_switch_row_dispose;
        object->finalize = sm_switch_row_finalize;
        object->get_property = sm_switch_row_get_property;
        object->set_property = sm_switch_row_set_property;
        properties[PROP_SETTING] = g_param_spec_string("setting", NULL, NULL, NULL,
                                                       G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
        properties[PROP_ACTIVE] = g_param_spec_boolean("active", NULL, NULL, FALSE,
                                                       G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
        g_object_class_install_properties(object, PROPERTIES, properties);
}

static void sm_switch_row_init(SmSwitchRow *self)
{
        self->toggle = gtk_switch_new();
        gtk_widget_set_valign(self->toggle, GTK_ALIGN_CENTER);
        adw_action_row_add_suffix(ADW_ACTION_ROW(self), self->toggle);
        adw_action_row_set_activatable_widget(ADW_ACTION_ROW(self), self->toggle);
        g_signal_connect_object(self->toggle, "notify::active", G_CALLBACK(on_active), self, G_CONNECT_SWAPPED);
}
