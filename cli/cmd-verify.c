/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/arguments.h"
#include "cli/bus.h"
#include "cli/compare-emoji.h"
#include "cli/harmless.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/qr.h"
#include "cli/report.h"
#include "cli/terminal.h"
#include "client/descriptor.h"
#include "client/safety-number.h"

static GVariant *read_contact(GDBusConnection *connection, const char *name, GError **error)
{
        g_autofree char *path = client_contact_path(name);
        g_autoptr(GVariant) account = bus_unlocked_account(connection, error);
        g_autoptr(GError) refusal = NULL;
        GVariant *contact;

        if (!account)
                return NULL;
        contact = bus_properties(connection, path, CLIENT_CONTACT_INTERFACE, &refusal);
        if (g_error_matches(refusal, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_OBJECT))
                g_set_error_literal(error, CLIENT_FAILURE, CLIENT_FAILURE_NOT_FOUND,
                                    client_failure_sentence(CLIENT_FAILURE_NOT_FOUND));
        else if (refusal)
                g_propagate_error(error, g_steal_pointer(&refusal));
        return contact;
}

static gboolean is_true(GVariant *contact, const char *property)
{
        gboolean value = FALSE;

        g_variant_lookup(contact, property, "b", &value);
        return value;
}

/* ---- What is shown ---- */

static void show_json(GVariant *contact)
{
        static const char *const rows[][2] = {
                        {"Name", "name"},           {"SafetyNumber", "safety-number"}, {"IdentityKey", "identity-key"},
                        {"KeyChanged", "key-changed"}, {"Verified", "verified"},       {"VerifiedTime", "verified-time"},
                        {"VerifiedHow", "verified-how"},
        };
        GVariantBuilder builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

        for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
                g_autoptr(GVariant) value = g_variant_lookup_value(contact, rows[i][0], NULL);

                if (value)
                        g_variant_builder_add(&builder, "{sv}", rows[i][1], value);
        }
        json_print(g_variant_builder_end(&builder));
}

static void show_state(GVariant *contact)
{
        g_autofree char *name = harmless_line(bus_string(contact, "Name"));
        gint64 since = 0;

        g_variant_lookup(contact, "VerifiedTime", "x", &since);
        if (is_true(contact, "Verified")) {
                g_autofree char *time = output_time(since, OUTPUT_DATE_TIME);
                const char *format = strcmp(bus_string(contact, "VerifiedHow"), "emoji") == 0
                                                     ? N_("%s is verified, by emoji, since %s.\n")
                                                     : N_("%s is verified, by the safety number, since %s.\n");

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* one of these two */
                printf(_(format), name, time);
#pragma GCC diagnostic pop
        } else if (is_true(contact, "KeyChanged")) {
                g_autofree char *words = g_strdup_printf(_("%s has a new key, and is not verified."), name);
                g_autofree char *styled = output_styled(OUTPUT_WARNING, words);

                printf("%s\n", styled);
        } else {
                printf(_("%s is not verified.\n"), name);
        }
}

static void show_number(GVariant *contact)
{
        g_autofree char *name = harmless_line(bus_string(contact, "Name"));
        const char *digits = bus_string(contact, "SafetyNumber");
        g_autofree char *number = client_safety_number_lines(digits, "    ");

        printf(_("The safety number with %s:\n"), name);
        if (number)
                printf("%s\n", number);
        if (number && isatty(STDOUT_FILENO))
                qr_print(stdout, digits);
        show_state(contact);
        fflush(stdout);
}

/* ---- What is done ---- */

static ClientFailure mark(GDBusConnection *connection, GVariant *contact)
{
        g_autoptr(GVariant) key = g_variant_lookup_value(contact, "IdentityKey", G_VARIANT_TYPE_BYTESTRING);
        g_autoptr(GVariant) reply = NULL;
        g_autoptr(GError) error = NULL;

        if (!key || g_variant_n_children(key) == 0)
                return report_failure(CLIENT_FAILURE_NO_VERIFICATION);
        reply = bus_contact_ask(connection, bus_string(contact, "Name"), CLIENT_CONTACT_INTERFACE, "MarkVerified",
                                g_variant_new("(@aya{sv})", key, NULL), G_VARIANT_TYPE_UNIT, &error);
        return reply ? CLIENT_FAILURE_NONE : report(error);
}

/* What a person answers who has the number before them. Who cannot answer has at least seen it. */
static ClientFailure ask_and_mark(const Command *command, GDBusConnection *connection, GVariant *contact)
{
        gboolean yes = command_has(command, OPTION_YES);

        if (!yes) {
                if (command_has(command, OPTION_JSON) || !isatty(STDOUT_FILENO) || is_true(contact, "Verified"))
                        return CLIENT_FAILURE_NONE;
                switch (terminal_confirm(_("Compare it with theirs by another way, such as a call. Is it the same? "
                                           "(yes/no) "),
                                         &yes)) {
                case TERMINAL_OK:
                        break;
                case TERMINAL_NONE:
                        return CLIENT_FAILURE_NONE;
                case TERMINAL_INTERRUPTED:
                case TERMINAL_TOO_LONG:
                        return CLIENT_FAILURE_INTERRUPTED;
                }
        }
        return yes ? mark(connection, contact) : report_failure(CLIENT_FAILURE_NOT_COMPARED);
}

/* The digits of what was scanned or read out, whatever stands between them. FALSE: they are not 60. */
static gboolean read_code(const char *code, char digits[static CLIENT_SAFETY_NUMBER_DIGITS + 1])
{
        char bytes[256];
        gssize size = (gssize)strlen(code);
        size_t n = 0;

        if (strcmp(code, "-") == 0) {
                size = client_descriptor_read(STDIN_FILENO, bytes, sizeof(bytes), NULL);
                code = bytes;
        }
        for (gssize i = 0; i < size; i++) {
                if (g_ascii_isspace(code[i]))
                        continue;
                if (!g_ascii_isdigit(code[i]) || n == CLIENT_SAFETY_NUMBER_DIGITS)
                        return FALSE;
                digits[n++] = code[i];
        }
        digits[n] = 0;
        return n == CLIENT_SAFETY_NUMBER_DIGITS;
}

static ClientFailure check_code(const Command *command, GDBusConnection *connection, GVariant *contact)
{
        char digits[CLIENT_SAFETY_NUMBER_DIGITS + 1];

        if (!read_code(command->values[OPTION_CODE], digits))
                return report_usage(_("A code has the 60 digits of a safety number."));
        if (strcmp(digits, bus_string(contact, "SafetyNumber")) != 0)
                return report_failure(CLIENT_FAILURE_MISMATCH);
        return mark(connection, contact);
}

static ClientFailure run(const Command *command, GDBusConnection *connection, GVariant *contact)
{
        g_autoptr(GError) error = NULL;

        if (command_has(command, OPTION_EMOJI))
                return compare_emoji(connection, command->arguments[0],
                                     command_has(command, OPTION_JSON) ? stderr : stdout);
        if (command_has(command, OPTION_REMOVE))
                return bus_contact_call(connection, command->arguments[0], "Unverify", &error) ? CLIENT_FAILURE_NONE
                                                                                                : report(error);
        if (!*bus_string(contact, "SafetyNumber"))
                return report_no_number(bus_string(contact, "Name"));
        if (command_has(command, OPTION_CODE))
                return check_code(command, connection, contact);
        if (!command_has(command, OPTION_JSON))
                show_number(contact);
        return ask_and_mark(command, connection, contact);
}

ClientFailure cmd_verify(const Command *command)
{
        static const OptionId ways[] = {OPTION_EMOJI, OPTION_CODE, OPTION_REMOVE, OPTION_YES};
        const char *name = command->arguments[0];
        g_autoptr(GError) error = NULL;
        ClientFailure failure;
        unsigned given = 0;

        for (size_t i = 0; i < G_N_ELEMENTS(ways); i++)
                given += command_has(command, ways[i]) ? 1 : 0;
        if (given > 1)
                return report_usage(_("Only one of --emoji, --code, --yes and --remove makes sense."));
        if (!bus_name_is_sound(name, &error))
                return report(error);

        g_autoptr(GDBusConnection) connection = client_connect(&error);
        g_autoptr(GVariant) contact = connection ? read_contact(connection, name, &error) : NULL;

        if (!contact)
                return report(error);
        failure = run(command, connection, contact);
        if (failure != CLIENT_FAILURE_NONE)
                return failure;

        g_autoptr(GVariant) after = read_contact(connection, name, &error);

        if (!after)
                return report(error);
        if (command_has(command, OPTION_JSON))
                show_json(after);
        else if (given > 0 || is_true(after, "Verified") != is_true(contact, "Verified"))
                show_state(after);
        return CLIENT_FAILURE_NONE;
}
