/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/event-command.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <inttypes.h>
#include <string.h>

#include "cli/json.h"
#include "cli/output.h"
#include "client/descriptor.h"

/* A name is given on only if no shell could mistake it for anything else, however carelessly it is quoted.
 */
static gboolean is_safe(const char *value)
{
        for (const char *at = value; *at; at++)
                if (!g_ascii_isalnum(*at) && !strchr("._-", *at))
                        return FALSE;
        return TRUE;
}

static void set(GSubprocessLauncher *launcher, const char *name, const char *value)
{
        g_subprocess_launcher_setenv(launcher, name, is_safe(value) ? value : "", TRUE);
}

static void set_variables(GSubprocessLauncher *launcher, const ClientEvent *event)
{
        g_autofree char *number = g_strdup_printf("%" G_GUINT64_FORMAT, event->number);

        set(launcher, "SM_EVENT", number);
        set(launcher, "SM_KIND", event->kind);
        set(launcher, "SM_CONVERSATION", event->conversation);
        set(launcher, "SM_MESSAGE", event->has_message ? event->message.id : "");
        set(launcher, "SM_MESSAGE_KIND", event->has_message ? event->message.kind : "");
        set(launcher, "SM_SENDER", event->has_message ? event->message.sender : "");
}

static GSubprocess *start(const char *command, GVariant *dictionary, const ClientEvent *event,
                          GError **error)
{
        g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_NONE);
        g_autoptr(GString) json = g_string_new(NULL);
        const char *const arguments[] = {"/bin/sh", "-c", command, NULL};
        int fd;

        json_append(json, dictionary);
        g_string_append_c(json, '\n');
        /* A memory file, not a pipe: whoever does not read it does not hold us up. */
        fd = client_descriptor_from_bytes(json->str, json->len, error);
        if (fd < 0)
                return NULL;
        g_subprocess_launcher_take_stdin_fd(launcher, fd);
        set_variables(launcher, event);
        return g_subprocess_launcher_spawnv(launcher, arguments, error);
}

gboolean event_command_run(const char *command, GVariant *dictionary, const ClientEvent *event)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(GSubprocess) process = start(command, dictionary, event, &error);

        if (!process || !g_subprocess_wait(process, NULL, &error)) {
                output_note(_("The command cannot be run: %s"), error->message);
                return FALSE;
        }
        if (g_subprocess_get_successful(process))
                return TRUE;
        if (g_subprocess_get_if_exited(process))
                output_note(_("The command for event %" PRIu64 " failed with %d."), event->number,
                            g_subprocess_get_exit_status(process));
        else
                output_note(_("The command for event %" PRIu64 " was ended by signal %d."),
                            event->number, g_subprocess_get_term_sig(process));
        return FALSE;
}
