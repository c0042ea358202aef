/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/agreement.h"
#include "cli/decline-all.h"

#include <glib/gi18n.h>
#include <string.h>

#include "cli/bus.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/report.h"

/* The names of those who ask. */
static GPtrArray *find_requests(GDBusConnection *connection, GError **error)
{
        g_autoptr(GVariant) account = bus_unlocked_account(connection, error);
        g_autoptr(GPtrArray) contacts = account ? bus_contacts(connection, error) : NULL;
        GPtrArray *names;

        if (!contacts)
                return NULL;
        names = g_ptr_array_new_with_free_func(g_free);
        for (guint i = 0; i < contacts->len; i++) {
                if (strcmp(bus_string(contacts->pdata[i], "Relation"), "request") == 0)
                        g_ptr_array_add(names, g_strdup(bus_string(contacts->pdata[i], "Name")));
        }
        return names;
}

static ClientFailure confirm(const Command *command, guint count)
{
        g_autofree char *question = g_strdup_printf(
                        g_dngettext(NULL, "Decline %u request, and delete what they wrote? (yes/no) ",
                                    "Decline %u requests, and delete what they wrote? (yes/no) ", count),
                        count);

        return agreement_need(command, question);
}

static void show(const Command *command, const char *name)
{
        GVariantBuilder builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

        if (!command_has(command, OPTION_JSON)) {
                g_variant_builder_clear(&builder);
                return;
        }
        g_variant_builder_add(&builder, "{sv}", "name", g_variant_new_string(name));
        g_variant_builder_add(&builder, "{sv}", "relation", g_variant_new_string("declined"));
        json_print(g_variant_builder_end(&builder));
}

/* Whoever was accepted or blocked since the question is none of those any more. */
static gboolean decline(GDBusConnection *connection, const char *name, gboolean *declined, GError **error)
{
        g_autoptr(GError) refusal = NULL;

        *declined = bus_contact_call(connection, name, "Decline", &refusal);
        if (*declined || client_failure_of(refusal) == CLIENT_FAILURE_INVALID_ARGUMENT ||
            client_failure_of(refusal) == CLIENT_FAILURE_BLOCKED)
                return TRUE;
        g_propagate_error(error, g_steal_pointer(&refusal));
        return FALSE;
}

ClientFailure decline_all(const Command *command)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(GDBusConnection) connection = client_connect(&error);
        g_autoptr(GPtrArray) names = connection ? find_requests(connection, &error) : NULL;
        ClientFailure failure;

        if (!names)
                return report(error);
        if (names->len == 0) {
                output_note("%s", _("Nobody asks."));
                return CLIENT_FAILURE_NONE;
        }
        failure = confirm(command, names->len);
        if (failure != CLIENT_FAILURE_NONE)
                return failure;
        for (guint i = 0; i < names->len; i++) {
                gboolean declined;

                if (!decline(connection, names->pdata[i], &declined, &error))
                        return report(error);
                if (declined)
                        show(command, names->pdata[i]);
        }
        return CLIENT_FAILURE_NONE;
}
