/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/conversation/file-open.h"

#include <adwaita.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "gtk-ui/conversation/file-save.h"
#include "gtk-ui/toast.h"
#include "gtk-ui/wording.h"

enum { BEGINNING = 4096 }; /* bytes that tell what kind it is */

typedef struct Opening {
        GtkWidget *widget;
        char *name, *path;
} Opening;

static void opening_free(gpointer data)
{
        Opening *opening = data;

        g_object_unref(opening->widget);
        g_free(opening->name);
        g_free(opening->path);
        g_free(opening);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Opening, opening_free)

/* ---- A place for it ---- */

static void remove_folder(const char *folder)
{
        g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
        const char *name;

        while (dir && (name = g_dir_read_name(dir))) {
                g_autofree char *path = g_build_filename(folder, name, NULL);

                if (g_unlink(path) < 0 && (errno == EISDIR || errno == EPERM))
                        remove_folder(path);
        }
        g_rmdir(folder);
}

/* Whoever has one of them open keeps it. */
static void on_shutdown(GApplication *application, char *folder)
{
        remove_folder(folder);
}

/* In memory, where the system is as systems are. */
static const char *own_folder(void)
{
        static char *folder;

        if (folder)
                return folder;
        folder = g_build_filename(g_get_user_runtime_dir(), "secure-messenger-XXXXXX", NULL);
        if (!g_mkdtemp(folder)) { /* 0700 */
                g_clear_pointer(&folder, g_free);
                return NULL;
        }
        g_signal_connect(G_APPLICATION(g_application_get_default()), "shutdown", G_CALLBACK(on_shutdown), folder);
        return folder;
}

/* The same file each time, and no two that share a name. */
static char *place_for(const char *id, const char *name)
{
        const char *own = own_folder();
        g_autofree char *folder = own ? g_build_filename(own, id, NULL) : NULL;
        g_autofree char *plain = g_path_get_basename(name);

        if (!folder || g_mkdir_with_parents(folder, 0700) < 0)
                return NULL;
        return g_build_filename(folder, strcmp(plain, ".") == 0 || strcmp(plain, "..") == 0 ? "file" : plain, NULL);
}

/* ---- What it is ---- */

gboolean file_may_run(const char *name, const guint8 *data, gsize size)
{
        static const char *const types[] = {
                        "application/x-executable", "application/x-sharedlib",  "application/x-shellscript",
                        "application/x-desktop",    "application/x-perl",       "text/x-python",
                        "application/x-ruby",       "application/x-java-archive", "application/vnd.debian.binary-package",
                        "application/x-rpm",        "application/vnd.flatpak.ref", "application/vnd.flatpak",
                        "application/x-ms-dos-executable", "application/x-msdownload", "application/x-msi",
                        "application/javascript",   "text/html",                "application/xhtml+xml",
                        "application/vnd.appimage", "application/x-iso9660-appimage", "application/x-ms-shortcut",
        };
        static const char *const endings[] = {
                        ".appimage", ".bat", ".cmd", ".com",  ".deb", ".desktop", ".exe", ".flatpakref", ".hta", ".htm",
                        ".html",     ".jar", ".js",  ".lnk",  ".msi", ".php",     ".pl",  ".ps1",        ".py",  ".rb",
                        ".rpm",      ".run", ".scr", ".sh",   ".snap", ".svg",    ".url", ".vbs",        ".xhtml",
        };
        g_autofree char *lower = g_utf8_strdown(name, -1);
        g_autofree char *type = g_content_type_guess(name, data, size, NULL);

        for (size_t i = 0; i < G_N_ELEMENTS(endings); i++)
                if (g_str_has_suffix(lower, endings[i]))
                        return TRUE;
        for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
                if (g_content_type_is_a(type, types[i]))
                        return TRUE;
        return size >= 2 && (memcmp(data, "#!", 2) == 0 || memcmp(data, "MZ", 2) == 0 ||
                             (size >= 4 && memcmp(data, "\177ELF", 4) == 0));
}

static void look_in_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
        const Opening *opening = data;
        guint8 beginning[BEGINNING];
        const int fd = open(opening->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        const ssize_t n = fd >= 0 ? read(fd, beginning, sizeof(beginning)) : -1;

        if (fd >= 0)
                close(fd);
        g_task_return_boolean(task, n < 0 || file_may_run(opening->name, beginning, (gsize)n));
}

/* ---- Opening ---- */

static void on_launched(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(Opening) opening = userdata;
        g_autoptr(GError) error = NULL;

        if (!g_app_info_launch_default_for_uri_finish(result, &error))
                toast_say(opening->widget, _("There is no program here to open this file with. Save it instead."));
}

static void launch(Opening *opening)
{
        g_autoptr(GdkAppLaunchContext) context =
                        gdk_display_get_app_launch_context(gtk_widget_get_display(opening->widget));
        g_autofree char *uri = g_filename_to_uri(opening->path, NULL, NULL);

        g_app_info_launch_default_for_uri_async(uri, G_APP_LAUNCH_CONTEXT(context), NULL, on_launched, opening);
}

static void on_response(AdwMessageDialog *dialog, const char *response, Opening *opening)
{
        if (strcmp(response, "open") == 0)
                launch(opening);
        else
                opening_free(opening);
}

static void ask(Opening *opening)
{
        GtkWidget *dialog = adw_message_dialog_new(GTK_WINDOW(gtk_widget_get_root(opening->widget)),
                                                   _("Open It All the Same?"), NULL);
        AdwMessageDialog *self = ADW_MESSAGE_DIALOG(dialog);
        g_autofree char *name = wording_isolated(opening->name);

        adw_message_dialog_format_body(self, _("%s may be a program, or run one, which can do whatever you can. Open it only if you "
                                               "know what it is."), name);
        adw_message_dialog_add_responses(self, "cancel", _("_Cancel"), "open", _("Open _Anyway"), NULL);
        adw_message_dialog_set_response_appearance(self, "open", ADW_RESPONSE_DESTRUCTIVE);
        adw_message_dialog_set_default_response(self, "cancel");
        adw_message_dialog_set_close_response(self, "cancel");
        g_signal_connect(dialog, "response", G_CALLBACK(on_response), opening);
        gtk_window_present(GTK_WINDOW(dialog));
}

static void on_looked(GObject *source, GAsyncResult *result, gpointer userdata)
{
        Opening *opening = userdata;

        if (!gtk_widget_get_root(opening->widget)) /* the window has closed meanwhile */
                opening_free(opening);
        else if (g_task_propagate_boolean(G_TASK(result), NULL))
                ask(opening);
        else
                launch(opening);
}

static void on_saved(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(Opening) opening = userdata;
        g_autoptr(GError) error = NULL;
        g_autoptr(GTask) task = NULL;

        if (!file_save_finish(result, &error)) {
                file_say_failure(opening->widget, error);
                return;
        }
        task = g_task_new(NULL, NULL, on_looked, opening);
        g_task_set_task_data(task, opening, NULL);
        opening = NULL; /* on_looked()'s */
        g_task_run_in_thread(task, look_in_thread);
}

void file_open(GtkWidget *widget, SmDaemon *daemon, const char *id, const char *name)
{
        g_autofree char *path = place_for(id, name);
        Opening *opening;

        if (!path) {
                toast_say(widget, g_strerror(errno));
                return;
        }
        opening = g_new0(Opening, 1);
        opening->widget = g_object_ref(widget);
        opening->name = g_strdup(name);
        opening->path = g_strdup(path);
        file_save(daemon, id, path, 0400, NULL, on_saved, opening);
}
