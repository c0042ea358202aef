/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>

#include "cli/arguments.h"
#include "cli/bus.h"
#include "cli/decline-all.h"
#include "cli/json.h"
#include "cli/report.h"

/* accept, decline, block, unblock: one method each, without arguments. */

static GVariant *relation_of(GDBusConnection *connection, const char *name, GError **error)
{
        g_autofree char *path = client_contact_path(name);

        return bus_properties(connection, path, CLIENT_CONTACT_INTERFACE, error);
}

static ClientFailure step(const Command *command, const char *method)
{
        const char *name = command->arguments[0];
        g_autoptr(GError) error = NULL;

        if (!bus_name_is_sound(name, &error))
                return report(error);

        g_autoptr(GDBusConnection) connection = client_connect(&error);

        if (!connection || !bus_contact_call(connection, name, method, &error))
                return report(error);
        if (!command_has(command, OPTION_JSON))
                return CLIENT_FAILURE_NONE;

        g_autoptr(GVariant) contact = relation_of(connection, name, &error);

        if (!contact)
                return report(error);

        GVariantBuilder builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

        g_variant_builder_add(&builder, "{sv}", "name", g_variant_new_string(name));
        g_variant_builder_add(&builder, "{sv}", "relation",
                              g_variant_new_string(bus_string(contact, "Relation")));
        json_print(g_variant_builder_end(&builder));
        return CLIENT_FAILURE_NONE;
}

ClientFailure cmd_accept(const Command *command)
{
        return step(command, "Accept");
}

ClientFailure cmd_decline(const Command *command)
{
        if (command_has(command, OPTION_ALL) == (command->n_arguments > 0))
                return report_usage(_("Give either a name or --all."));
        if (command_has(command, OPTION_ALL))
                return decline_all(command);
        if (command_has(command, OPTION_YES))
                return report_usage(_("--yes is for --all: a single one is declined without a question."));
        return step(command, "Decline");
}

ClientFailure cmd_block(const Command *command)
{
        return step(command, "Block");
}

ClientFailure cmd_unblock(const Command *command)
{
        return step(command, "Unblock");
}
