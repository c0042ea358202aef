/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/compose/intake.h"

#include <glib/gi18n.h>

#include "client/failure.h"

enum { PIECE = 256 * 1024 };

struct _SmIntake {
        GObject parent;
        GCancellable *cancellable;
        GQueue waiting; /* of GFile */
        unsigned under_way;
};

G_DEFINE_FINAL_TYPE(SmIntake, sm_intake, G_TYPE_OBJECT)

enum { FILE_TAKEN, FAILED, CHANGED, SIGNALS };
static guint signals[SIGNALS];

/* ---- One at a time ---- */

static void begin(SmIntake *self)
{
        self->under_way++;
        g_signal_emit(self, signals[CHANGED], 0);
}

static void open_next(SmIntake *self);

static void end(SmIntake *self, const GError *error)
{
        self->under_way--;
        if (error && !g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
                g_signal_emit(self, signals[FAILED], 0, error);
        open_next(self);
        g_signal_emit(self, signals[CHANGED], 0);
}

static void on_prepared(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(SmIntake) self = userdata;
        g_autoptr(GError) error = NULL;
        g_autoptr(SmOutgoingFile) file = sm_outgoing_file_finish(result, &error);

        if (file && !g_cancellable_is_cancelled(self->cancellable))
                g_signal_emit(self, signals[FILE_TAKEN], 0, file);
        end(self, error);
}

static void open_next(SmIntake *self)
{
        g_autoptr(GFile) file = self->under_way > 0 ? NULL : g_queue_pop_head(&self->waiting);

        if (!file)
                return;
        begin(self);
        sm_outgoing_file_open(file, self->cancellable, on_prepared, g_object_ref(self));
}

void sm_intake_take_file(SmIntake *self, GFile *file)
{
        g_queue_push_tail(&self->waiting, g_object_ref(file));
        open_next(self);
}

void sm_intake_forget_waiting(SmIntake *self)
{
        g_queue_clear_full(&self->waiting, g_object_unref);
}

static void take_bytes(SmIntake *self, GBytes *bytes, const char *name)
{
        begin(self);
        sm_outgoing_file_from_bytes(bytes, name, self->cancellable, on_prepared, g_object_ref(self));
}

void sm_intake_take_text(SmIntake *self, const char *text, gsize size)
{
        g_autoptr(GBytes) bytes = g_bytes_new(text, size);

        take_bytes(self, bytes, "text.txt");
}

static void take_texture(SmIntake *self, GdkTexture *texture)
{
        begin(self);
        sm_outgoing_file_from_texture(texture, "picture.png", self->cancellable, on_prepared, g_object_ref(self));
}

gboolean sm_intake_take_value(SmIntake *self, const GValue *value)
{
        if (G_VALUE_HOLDS(value, GDK_TYPE_TEXTURE)) {
                take_texture(self, g_value_get_object(value));
                return TRUE;
        }
        if (!G_VALUE_HOLDS(value, GDK_TYPE_FILE_LIST))
                return FALSE;
        for (GSList *l = g_value_get_boxed(value); l; l = l->next)
                sm_intake_take_file(self, l->data);
        return TRUE;
}

/* ---- The clipboard ---- */

typedef struct Reading {
        SmIntake *intake;
        GByteArray *bytes;
        const char *name;
} Reading;

static void reading_free(Reading *reading)
{
        g_object_unref(reading->intake);
        g_byte_array_unref(reading->bytes);
        g_free(reading);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Reading, reading_free)

static void on_piece(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(Reading) reading = userdata;
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) piece = g_input_stream_read_bytes_finish(G_INPUT_STREAM(source), result, &error);
        SmIntake *self = reading->intake;
        gsize size = 0;
        const guchar *data = piece ? g_bytes_get_data(piece, &size) : NULL;

        if (reading->bytes->len + size > INTAKE_PICTURE_BYTES_MAX)
                g_set_error_literal(&error, CLIENT_FAILURE, CLIENT_FAILURE_ATTACHMENT_TOO_LARGE,
                                    _("This picture is too large to be pasted. Save it, and send the file."));
        if (!error && size > 0) {
                g_byte_array_append(reading->bytes, data, (guint)size);
                g_input_stream_read_bytes_async(G_INPUT_STREAM(source), PIECE, G_PRIORITY_DEFAULT, self->cancellable,
                                                on_piece, g_steal_pointer(&reading));
                return;
        }
        if (!error) {
                g_autoptr(GBytes) bytes = g_byte_array_free_to_bytes(g_byte_array_ref(reading->bytes));

                take_bytes(self, bytes, reading->name);
        }
        end(self, error);
}

static void on_stream(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(SmIntake) self = userdata;
        g_autoptr(GError) error = NULL;
        const char *type = NULL;
        g_autoptr(GInputStream) stream = gdk_clipboard_read_finish(GDK_CLIPBOARD(source), result, &type, &error);
        Reading *reading;

        if (!stream) {
                end(self, error);
                return;
        }
        reading = g_new0(Reading, 1);
        reading->name = g_strcmp0(type, "image/jpeg") == 0 ? "picture.jpg" : "picture.png";
        reading->intake = g_steal_pointer(&self);
        reading->bytes = g_byte_array_new();
        g_input_stream_read_bytes_async(stream, PIECE, G_PRIORITY_DEFAULT, reading->intake->cancellable, on_piece, reading);
}

static void on_value(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(SmIntake) self = userdata;
        g_autoptr(GError) error = NULL;
        const GValue *value = gdk_clipboard_read_value_finish(GDK_CLIPBOARD(source), result, &error);

        if (value && !g_cancellable_is_cancelled(self->cancellable))
                sm_intake_take_value(self, value);
        end(self, error);
}

gboolean sm_intake_take_clipboard(SmIntake *self, GdkClipboard *clipboard)
{
        static const char *const as_they_are[] = {"image/png", "image/jpeg", NULL};
        GdkContentFormats *formats = gdk_clipboard_get_formats(clipboard);
        gboolean is_picture = gdk_content_formats_contain_gtype(formats, GDK_TYPE_TEXTURE);
        gboolean is_encoded = gdk_content_formats_contain_mime_type(formats, as_they_are[0]) ||
                              gdk_content_formats_contain_mime_type(formats, as_they_are[1]);
        gboolean is_files = gdk_content_formats_contain_gtype(formats, GDK_TYPE_FILE_LIST);

        if (!is_files && (gdk_content_formats_contain_gtype(formats, G_TYPE_STRING) || (!is_encoded && !is_picture)))
                return FALSE;
        begin(self);
        if (!is_files && is_encoded)
                gdk_clipboard_read_async(clipboard, (const char **)as_they_are, G_PRIORITY_DEFAULT, self->cancellable,
                                         on_stream, g_object_ref(self));
        else
                gdk_clipboard_read_value_async(clipboard, is_files ? GDK_TYPE_FILE_LIST : GDK_TYPE_TEXTURE,
                                               G_PRIORITY_DEFAULT, self->cancellable, on_value, g_object_ref(self));
        return TRUE;
}

/* ---- The object ---- */

static void sm_intake_dispose(GObject *object)
{
        SmIntake *self = SM_INTAKE(object);

        g_cancellable_cancel(self->cancellable);
        sm_intake_forget_waiting(self);
        G_OBJECT_CLASS(sm_intake_parent_class)->dispose(object);
}

static void sm_intake_finalize(GObject *object)
{
        g_clear_object(&SM_INTAKE(object)->cancellable);
        G_OBJECT_CLASS(sm_intake_parent_class)->finalize(object);
}

static void sm_intake_class_init(SmIntakeClass *class)
{
        G_OBJECT_CLASS(class)->dispose = sm_intake_dispose;
        G_OBJECT_CLASS(class)->finalize = sm_intake_finalize;
        signals[FILE_TAKEN] = g_signal_new("file", SM_TYPE_INTAKE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                           1, SM_TYPE_OUTGOING_FILE);
        signals[FAILED] = g_signal_new("failed", SM_TYPE_INTAKE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                       1, G_TYPE_ERROR);
        signals[CHANGED] = g_signal_new("changed", SM_TYPE_INTAKE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 0);
}

static void sm_intake_init(SmIntake *self)
{
        self->cancellable = g_cancellable_new();
        g_queue_init(&self->waiting);
}

SmIntake *sm_intake_new(void)
{
        return g_object_new(SM_TYPE_INTAKE, NULL);
}

gboolean sm_intake_is_busy(SmIntake *self)
{
        return self->under_way > 0;
}
