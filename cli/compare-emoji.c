/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/compare-emoji.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cli/harmless.h"
#include "cli/output.h"
#include "cli/report.h"
#include "cli/terminal.h"

enum { LOOK_AGAIN_MS = 1000 }; /* whatever signals may have been lost: a locked account has none */

typedef struct Comparison {
        GDBusConnection *connection;
        const char *name;
        char *path, *safe_name;
        char *exchange;
        FILE *out;
        gboolean is_interrupted;
        gboolean is_shown; /* the person has seen emoji, which belong to this exchange alone */
} Comparison;

static void comparison_clear(Comparison *comparison)
{
        g_free(comparison->path);
        g_free(comparison->safe_name);
        g_free(comparison->exchange);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Comparison, comparison_clear)

static gboolean act(const Comparison *comparison, const char *method, GError **error)
{
        g_autoptr(GVariant) reply = bus_contact_ask(
                        comparison->connection, comparison->name, CLIENT_VERIFICATION_INTERFACE, method,
                        g_variant_new("(sa{sv})", comparison->exchange, NULL), G_VARIANT_TYPE_UNIT, error);

        return reply != NULL;
}

/* Its end as an exit code; NONE also while it goes on. */
static ClientFailure result_of(const char *state)
{
        if (strcmp(state, "mismatch") == 0)
                return CLIENT_FAILURE_MISMATCH;
        if (strcmp(state, "cancelled") == 0 || strcmp(state, "timed-out") == 0 || strcmp(state, "none") == 0)
                return CLIENT_FAILURE_NOT_COMPARED;
        return CLIENT_FAILURE_NONE;
}

/*
 * Both began at the same moment: one of the two exchanges goes on, and both sides take part in it. Once emoji were shown, or
 * where the other one is over, another exchange in the place of ours means that ours was cancelled.
 */
static gboolean follows(const Comparison *comparison, GVariant *properties)
{
        return !comparison->is_shown && result_of(bus_string(properties, "State")) == CLIENT_FAILURE_NONE;
}

/* As it is now. */
static ClientFailure look(Comparison *comparison, GVariant **properties_out)
{
        g_autoptr(GError) error = NULL, locked = NULL;
        g_autoptr(GVariant) properties = bus_properties(comparison->connection, comparison->path,
                                                        CLIENT_VERIFICATION_INTERFACE, &error);
        g_autoptr(GVariant) account = bus_unlocked_account(comparison->connection, &locked);

        /* A lock takes all contacts away: asked in this order, it is never taken for something else. */
        if (!account || !properties)
                return report(account ? error : locked);
        if (strcmp(bus_string(properties, "Exchange"), comparison->exchange) != 0) {
                if (!follows(comparison, properties))
                        return report_failure(CLIENT_FAILURE_NOT_COMPARED);
                g_free(comparison->exchange);
                comparison->exchange = g_strdup(bus_string(properties, "Exchange"));
        }

        ClientFailure result = result_of(bus_string(properties, "State"));

        if (result != CLIENT_FAILURE_NONE)
                return report_failure(result);
        *properties_out = g_steal_pointer(&properties);
        return CLIENT_FAILURE_NONE;
}

static gboolean on_interrupt(gpointer data)
{
        ((Comparison *)data)->is_interrupted = TRUE;
        return G_SOURCE_CONTINUE;
}

static gboolean on_time(gpointer data)
{
        return G_SOURCE_CONTINUE;
}

static void on_changed(GDBusConnection *connection, const char *sender, const char *path, const char *interface,
                       const char *signal, GVariant *arguments, gpointer data)
{
        /* That the main loop turned is all that is needed. */
}

static gboolean is_in(GVariant *properties, const char *state)
{
        return g_str_equal(bus_string(properties, "State"), state);
}

/* Until there are emoji, or, with only_end, until it has ended well. */
static ClientFailure wait_for(Comparison *comparison, gboolean only_end, GVariant **properties_out)
{
        for (;;) {
                g_autoptr(GVariant) properties = NULL;
                ClientFailure failure = look(comparison, &properties);

                if (failure != CLIENT_FAILURE_NONE)
                        return failure;
                if (!only_end && is_in(properties, "offered")) /* theirs goes on: it is what is wanted here, too */
                        act(comparison, "Accept", NULL);
                if (is_in(properties, "verified") ||
                    (!only_end && (is_in(properties, "comparing") || is_in(properties, "confirmed")))) {
                        *properties_out = g_steal_pointer(&properties);
                        return CLIENT_FAILURE_NONE;
                }
                g_main_context_iteration(NULL, TRUE);
                if (comparison->is_interrupted) {
                        act(comparison, "Cancel", NULL);
                        return CLIENT_FAILURE_INTERRUPTED;
                }
        }
}

static void show(Comparison *comparison, GVariant *properties)
{
        g_autoptr(GVariant) all = g_variant_lookup_value(properties, "Emoji", G_VARIANT_TYPE("a(uss)"));
        const char *emoji, *english;
        GVariantIter iter;

        comparison->is_shown = TRUE;
        fprintf(comparison->out, _("Does %s see the same, in the same order?\n"), comparison->safe_name);
        if (!all)
                return;
        g_variant_iter_init(&iter, all);
        while (g_variant_iter_loop(&iter, "(u&s&s)", NULL, &emoji, &english)) {
                g_autofree char *sign = harmless_line(emoji);
                g_autofree char *word = harmless_line(g_dpgettext2(NULL, "emoji", english));

                fprintf(comparison->out, "    %s  %s\n", sign, word);
        }
        fflush(comparison->out);
}

/* The method by which the person answers, or NULL: the reason is in *failure. */
static const char *ask(ClientFailure *failure)
{
        gboolean yes;

        switch (terminal_confirm(_("Ask them by another way, such as a call. Are they the same? (yes/no) "), &yes)) {
        case TERMINAL_OK:
                return yes ? "Confirm" : "Mismatch";
        case TERMINAL_NONE:
                *failure = report_usage(_("There is no terminal to ask whether they are the same."));
                break;
        case TERMINAL_INTERRUPTED:
        case TERMINAL_TOO_LONG:
                *failure = CLIENT_FAILURE_INTERRUPTED;
                break;
        }
        return NULL;
}

static ClientFailure answer(Comparison *comparison)
{
        ClientFailure failure = CLIENT_FAILURE_NONE;
        g_autoptr(GVariant) properties = NULL;
        const char *method = ask(&failure);
        g_autoptr(GError) error = NULL;

        if (!method) {
                act(comparison, "Cancel", NULL);
                return failure;
        }
        if (!act(comparison, method, &error)) {
                /* It ended while the person looked: how, says the state. */
                if (client_failure_of(error) != CLIENT_FAILURE_NO_VERIFICATION)
                        return report(error);
                failure = look(comparison, &properties);
                return failure != CLIENT_FAILURE_NONE ? failure : report(error);
        }
        if (g_str_equal(method, "Mismatch"))
                return report_failure(CLIENT_FAILURE_MISMATCH);
        output_note(_("Waiting for %s to say so, too."), comparison->safe_name);
        return wait_for(comparison, TRUE, &properties);
}

static ClientFailure run(Comparison *comparison)
{
        g_autoptr(GVariant) before = NULL, properties = NULL;
        ClientFailure failure;

        failure = look(comparison, &before);
        if (failure != CLIENT_FAILURE_NONE)
                return failure;
        if (is_in(before, "started"))
                output_note(_("Waiting for %s, who has to say on their side that they want to compare emoji with you, in "
                              "smctl by: smctl verify NAME --emoji"),
                            comparison->safe_name);
        failure = wait_for(comparison, FALSE, &properties);
        if (failure != CLIENT_FAILURE_NONE || is_in(properties, "verified"))
                return failure;
        show(comparison, properties);
        return answer(comparison);
}

ClientFailure compare_emoji(GDBusConnection *connection, const char *name, FILE *out)
{
        if (!terminal_is_there()) /* rather than after the contact has been waited for */
                return report_usage(_("There is no terminal to ask whether they are the same."));

        g_auto(Comparison) comparison = {.connection = connection, .name = name, .out = out};
        g_autoptr(GVariant) reply = NULL;
        g_autoptr(GError) error = NULL;
        ClientFailure failure;
        guint changed, interrupt, time;

        comparison.path = client_contact_path(name);
        comparison.safe_name = harmless_line(name);
        changed = g_dbus_connection_signal_subscribe(connection, CLIENT_BUS_NAME, "org.freedesktop.DBus.Properties",
                                                     "PropertiesChanged", comparison.path, CLIENT_VERIFICATION_INTERFACE,
                                                     G_DBUS_SIGNAL_FLAGS_NONE, on_changed, NULL, NULL);
        reply = bus_contact_ask(connection, name, CLIENT_VERIFICATION_INTERFACE, "Start", g_variant_new("(a{sv})", NULL),
                                G_VARIANT_TYPE("(s)"), &error);
        if (reply) {
                g_variant_get(reply, "(s)", &comparison.exchange);
                interrupt = g_unix_signal_add(SIGINT, on_interrupt, &comparison);
                time = g_timeout_add(LOOK_AGAIN_MS, on_time, NULL);
                failure = run(&comparison);
                g_source_remove(time);
                g_source_remove(interrupt);
        } else {
                failure = report(error);
        }
        g_dbus_connection_signal_unsubscribe(connection, changed);
        return failure;
}
