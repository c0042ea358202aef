/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/preferences/choice-row.h"

struct _SmChoiceRow {
        AdwComboRow parent;
        char *setting;
        SmSettings *settings;
        GPtrArray *values; /* GVariant, as the model has their words */
        guint offered;     /* how many of them are always there */
        SmChoiceWords words;
        gboolean is_following; /* what is shown comes from the daemon, and does not go there */
};

G_DEFINE_FINAL_TYPE(SmChoiceRow, sm_choice_row, ADW_TYPE_COMBO_ROW)

enum { PROP_SETTING = 1, PROPERTIES };

static void add(SmChoiceRow *self, GVariant *value)
{
        g_autofree char *words = self->words(value);

        g_ptr_array_add(self->values, g_variant_ref_sink(value));
        gtk_string_list_append(GTK_STRING_LIST(adw_combo_row_get_model(ADW_COMBO_ROW(self))), words);
}

static void remove_other(SmChoiceRow *self)
{
        if (self->values->len == self->offered)
                return;
        gtk_string_list_remove(GTK_STRING_LIST(adw_combo_row_get_model(ADW_COMBO_ROW(self))), self->offered);
        g_ptr_array_remove_index(self->values, self->offered);
}

static void follow(SmChoiceRow *self)
{
        g_autoptr(GVariant) value = sm_settings_read(self->settings, self->setting);
        guint position = 0;

        gtk_widget_set_sensitive(GTK_WIDGET(self), value != NULL);
        if (!value)
                return;
        self->is_following = TRUE;
        while (position < self->values->len && !g_variant_equal(self->values->pdata[position], value))
                position++;
        if (position == self->values->len) {
                remove_other(self);
                position = self->offered;
                add(self, value);
        }
        adw_combo_row_set_selected(ADW_COMBO_ROW(self), position);
        if (position < self->offered)
                remove_other(self);
        self->is_following = FALSE;
}

static void on_selected(SmChoiceRow *self)
{
        guint position = adw_combo_row_get_selected(ADW_COMBO_ROW(self));

        if (self->settings && !self->is_following && position < self->values->len)
                sm_settings_write(self->settings, self->setting, self->values->pdata[position]);
}

void sm_choice_row_set_settings(SmChoiceRow *self, SmSettings *settings, const char *const *values, SmChoiceWords words)
{
        g_autofree char *signal = g_strconcat("changed::", self->setting, NULL);

        g_return_if_fail(!self->settings && self->setting);
        self->is_following = TRUE;
        self->words = words;
        for (; *values; values++)
                add(self, g_variant_new_parsed(*values));
        self->offered = self->values->len;
        self->is_following = FALSE;
        self->settings = g_object_ref(settings);
        g_signal_connect_object(settings, signal, G_CALLBACK(follow), self, G_CONNECT_SWAPPED);
        follow(self);
}

static void sm_choice_row_set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
        if (id == PROP_SETTING)
                SM_CHOICE_ROW(object)->setting = g_value_dup_string(value);
        else
                G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void sm_choice_row_dispose(GObject *object)
{
        g_clear_object(&SM_CHOICE_ROW(object)->settings);
        G_OBJECT_CLASS(sm_choice_row_parent_class)->dispose(object);
}

static void sm_choice_row_finalize(GObject *object)
{
        SmChoiceRow *self = SM_CHOICE_ROW(object);

        g_free(self->setting);
        g_ptr_array_unref(self->values);
        G_OBJECT_CLASS(sm_choice_row_parent_class)->finalize(object);
}

static void sm_choice_row_class_init(SmChoiceRowClass *class)
{
        GObjectClass *object = G_OBJECT_CLASS(class);

        object->dispose = sm_choice_row_dispose;
        object->finalize = sm_choice_row_finalize;
        object->set_property = sm_choice_row_set_property;
        g_object_class_install_property(object, PROP_SETTING,
                                        g_param_spec_string("setting", NULL, NULL, NULL,
                                                            G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS));
}

static void sm_choice_row_init(SmChoiceRow *self)
{
        g_autoptr(GtkStringList) model = gtk_string_list_new(NULL);

        self->values = g_ptr_array_new_with_free_func((GDestroyNotify)g_variant_unref);
        adw_combo_row_set_model(ADW_COMBO_ROW(self), G_LIST_MODEL(model));
        g_signal_connect(self, "notify::selected", G_CALLBACK(on_selected), NULL);
}
