/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/model/window-settings.h"

#include <gio/gio.h>

enum { WRITE_AFTER_MS = 500, FILE_BYTES_MAX = 64 * 1024 };

struct _SmWindowSettings {
        GObject parent;
        GKeyFile *keys;
        guint timer; /* while something is not written yet */
        gboolean enter_sends;
};

G_DEFINE_FINAL_TYPE(SmWindowSettings, sm_window_settings, G_TYPE_OBJECT)

enum { PROPERTY_ENTER_SENDS = 1, PROPERTIES };
static GParamSpec *properties[PROPERTIES];

static char *path(void)
{
        return g_build_filename(g_get_user_config_dir(), "secure-messenger", "window.ini", NULL);
}

/* ---- The file ---- */

/* A value that the file does not have, or that is no such value, is the property's own default. */
static gboolean boolean_of(SmWindowSettings *self, GParamSpec *property)
{
        g_autoptr(GError) error = NULL;
        gboolean value = g_key_file_get_boolean(self->keys, "window", property->name, &error);

        return error ? G_PARAM_SPEC_BOOLEAN(property)->default_value : value;
}

static void load(SmWindowSettings *self)
{
        g_autofree char *file = path(), *text = NULL;
        gsize size = 0;

        if (g_file_get_contents(file, &text, &size, NULL) && size <= FILE_BYTES_MAX)
                g_key_file_load_from_data(self->keys, text, size, G_KEY_FILE_KEEP_COMMENTS, NULL);
        self->enter_sends = boolean_of(self, properties[PROPERTY_ENTER_SENDS]);
}

static void store(SmWindowSettings *self)
{
        g_autoptr(GError) error = NULL;
        g_autofree char *file = path(), *folder = g_path_get_dirname(file);

        g_clear_handle_id(&self->timer, g_source_remove);
        g_mkdir_with_parents(folder, 0700);
        if (!g_key_file_save_to_file(self->keys, file, &error))
                g_warning("%s", error->message);
}

static gboolean on_timer(gpointer userdata)
{
        SmWindowSettings *self = userdata;

        self->timer = 0;
        store(self);
        return G_SOURCE_REMOVE;
}

static void set_boolean(SmWindowSettings *self, guint property, gboolean *field, gboolean value)
{
        if (*field == value)
                return;
        *field = value;
        g_key_file_set_boolean(self->keys, "window", properties[property]->name, value);
        if (!self->timer)
                self->timer = g_timeout_add(WRITE_AFTER_MS, on_timer, self);
        g_object_notify_by_pspec(G_OBJECT(self), properties[property]);
}

/* ---- The object ---- */

static void sm_window_settings_get_property(GObject *object, guint id, GValue *value, GParamSpec *property)
{
        switch (id) {
        case PROPERTY_ENTER_SENDS:
                g_value_set_boolean(value, SM_WINDOW_SETTINGS(object)->enter_sends);
                break;
        default:
                G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, property);
        }
}

static void sm_window_settings_set_property(GObject *object, guint id, const GValue *value, GParamSpec *property)
{
        SmWindowSettings *self = SM_WINDOW_SETTINGS(object);

        switch (id) {
        case PROPERTY_ENTER_SENDS:
                set_boolean(self, id, &self->enter_sends, g_value_get_boolean(value));
                break;
        default:
                G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, property);
        }
}

static void sm_window_settings_finalize(GObject *object)
{
        SmWindowSettings *self = SM_WINDOW_SETTINGS(object);

        if (self->timer)
                store(self);
        g_key_file_unref(self->keys);
        G_OBJECT_CLASS(sm_window_settings_parent_class)->finalize(object);
}

static void sm_window_settings_class_init(SmWindowSettingsClass *class)
{
        GObjectClass *object = G_OBJECT_CLASS(class);

        object->get_property = sm_window_settings_get_property;
        object->set_property = sm_window_settings_set_property;
        object->finalize = sm_window_settings_finalize;
        properties[PROPERTY_ENTER_SENDS] = g_param_spec_boolean("enter-sends", NULL, NULL, TRUE,
                                                                G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
                                                                                G_PARAM_EXPLICIT_NOTIFY);
        g_object_class_install_properties(object, PROPERTIES, properties);
}

static void sm_window_settings_init(SmWindowSettings *self)
{
        self->keys = g_key_file_new();
        load(self);
}

/* ---- The one ---- */

static SmWindowSettings *the_settings;

SmWindowSettings *sm_window_settings_get(void)
{
        if (!the_settings)
                the_settings = g_object_new(SM_TYPE_WINDOW_SETTINGS, NULL);
        return the_settings;
}

void sm_window_settings_release(void)
{
        g_clear_object(&the_settings);
}
