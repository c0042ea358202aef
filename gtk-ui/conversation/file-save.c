/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/conversation/file-save.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gtk-ui/conversation/file-fetch.h"
#include "gtk-ui/toast.h"

typedef struct Save {
        SmDaemon *daemon;
        char *id, *path, *temporary; /* temporary: there is one, and it goes with this */
        int mode, fd;
} Save;

static void save_free(gpointer data)
{
        Save *save = data;

        if (save->fd >= 0)
                close(save->fd);
        if (save->temporary)
                g_unlink(save->temporary);
        g_object_unref(save->daemon);
        g_free(save->id);
        g_free(save->path);
        g_free(save->temporary);
        g_free(save);
}

static void fail(GTask *task, int error)
{
        g_task_return_new_error(task, G_IO_ERROR, (int)g_io_error_from_errno(error), "%s", g_strerror(error));
}

/* The disk may be slow, or far away: in a thread. */
static void finish_in_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
        Save *save = data;

        if (fchmod(save->fd, (mode_t)save->mode) < 0 || fsync(save->fd) < 0 || g_rename(save->temporary, save->path) < 0) {
                fail(task, errno);
                return;
        }
        g_clear_pointer(&save->temporary, g_free);
        g_task_return_boolean(task, TRUE);
}

static void on_fetched(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(GTask) task = userdata;
        GError *error = NULL;

        if (file_fetch_finish(result, &error))
                g_task_run_in_thread(task, finish_in_thread);
        else
                g_task_return_error(task, error);
}

static void begin_in_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
        Save *save = data;
        g_autofree char *folder = g_path_get_dirname(save->path);
        char *temporary = g_build_filename(folder, ".secure-messenger-XXXXXX", NULL);

        save->fd = g_mkstemp_full(temporary, O_RDWR | O_CLOEXEC, 0600);
        if (save->fd < 0) {
                const int error = errno;

                g_free(temporary);
                fail(task, error);
                return;
        }
        save->temporary = temporary;
        g_task_return_boolean(task, TRUE);
}

static void on_begun(GObject *source, GAsyncResult *result, gpointer userdata)
{
        GTask *task = userdata;
        Save *save = g_task_get_task_data(task);
        GError *error = NULL;

        if (g_task_propagate_boolean(G_TASK(result), &error)) {
                file_fetch(save->daemon, save->id, save->fd, g_task_get_cancellable(task), on_fetched, task);
        } else {
                g_task_return_error(task, error);
                g_object_unref(task);
        }
}

void file_save(SmDaemon *daemon, const char *id, const char *path, int mode, GCancellable *cancellable, GAsyncReadyCallback done,
               gpointer userdata)
{
        GTask *task = g_task_new(daemon, cancellable, done, userdata);
        g_autoptr(GTask) begin = g_task_new(daemon, cancellable, on_begun, task);
        Save *save = g_new0(Save, 1);

        save->daemon = g_object_ref(daemon);
        save->id = g_strdup(id);
        save->path = g_strdup(path);
        save->mode = mode;
        save->fd = -1;
        g_task_set_task_data(task, save, save_free);
        g_task_set_task_data(begin, save, NULL); /* the other one's, which is there until this one is done */
        g_task_run_in_thread(begin, begin_in_thread);
}

gboolean file_save_finish(GAsyncResult *result, GError **error)
{
        return g_task_propagate_boolean(G_TASK(result), error);
}

void file_say_failure(GtkWidget *widget, const GError *error)
{
        if (error->domain == G_IO_ERROR && !g_dbus_error_is_remote_error(error) &&
            !g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
                toast_say(widget, error->message);
        else
                toast_failure(widget, error);
}

/* ---- With a question where to ---- */

typedef struct Question {
        GtkWidget *widget;
        SmDaemon *daemon;
        char *id;
        GtkFileChooserNative *chooser;
} Question;

static void question_free(Question *question)
{
        g_signal_handlers_disconnect_by_data(question->widget, question);
        gtk_native_dialog_destroy(GTK_NATIVE_DIALOG(question->chooser));
        g_object_unref(question->widget);
        g_object_unref(question->daemon);
        g_free(question->id);
        g_object_unref(question->chooser);
        g_free(question);
}

static void on_saved(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(GtkWidget) widget = userdata;
        g_autoptr(GError) error = NULL;

        if (file_save_finish(result, &error))
                toast_say(widget, _("The file is saved."));
        else
                file_say_failure(widget, error);
}

static void on_response(GtkNativeDialog *dialog, int response, Question *question)
{
        g_autoptr(GFile) file = NULL;
        g_autofree char *path = NULL;

        if (response == GTK_RESPONSE_ACCEPT) {
                file = gtk_file_chooser_get_file(GTK_FILE_CHOOSER(dialog));
                path = file ? g_file_get_path(file) : NULL;
                if (path)
                        file_save(question->daemon, question->id, path, 0600, NULL, on_saved, g_object_ref(question->widget));
                else
                        toast_say(question->widget, _("A file can only be saved on this computer."));
        }
        question_free(question);
}

void file_save_as(GtkWidget *widget, SmDaemon *daemon, const char *id, const char *name)
{
        Question *question = g_new0(Question, 1);
        const char *folder = g_get_user_special_dir(G_USER_DIRECTORY_DOWNLOAD);
        g_autoptr(GFile) downloads = folder ? g_file_new_for_path(folder) : NULL;

        question->widget = g_object_ref(widget);
        question->daemon = g_object_ref(daemon);
        question->id = g_strdup(id);
        question->chooser = gtk_file_chooser_native_new(_("Save File"), GTK_WINDOW(gtk_widget_get_root(widget)),
                                                        GTK_FILE_CHOOSER_ACTION_SAVE, _("_Save"), _("_Cancel"));
        gtk_native_dialog_set_modal(GTK_NATIVE_DIALOG(question->chooser), TRUE);
        gtk_file_chooser_set_current_name(GTK_FILE_CHOOSER(question->chooser), name);
        if (downloads)
                gtk_file_chooser_set_current_folder(GTK_FILE_CHOOSER(question->chooser), downloads, NULL);
        g_signal_connect(question->chooser, "response", G_CALLBACK(on_response), question);
        /* It is locked: the name of what somebody has sent does not stay on the screen. */
        g_signal_connect_swapped(widget, "unmap", G_CALLBACK(question_free), question);
        gtk_native_dialog_show(GTK_NATIVE_DIALOG(question->chooser));
}
