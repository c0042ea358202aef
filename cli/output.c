/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/output.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/duration.h"
#include "cli/group-words.h"
#include "cli/harmless.h"
#include "client/failure.h"

static gboolean is_coloured;

void output_init(void)
{
        const char *no_colour = g_getenv("NO_COLOR");
        const char *terminal = g_getenv("TERM");
        gboolean is_terminal = isatty(STDOUT_FILENO);

        is_coloured = is_terminal && !(no_colour && *no_colour) && terminal && strcmp(terminal, "dumb") != 0;
        harmless_init((is_terminal || isatty(STDERR_FILENO)) && !g_get_charset(NULL));
}

char *output_styled(OutputStyle style, const char *words)
{
        static const char *const codes[] = {
                        [OUTPUT_PLAIN] = "",
                        [OUTPUT_DIM] = "\033[2m",
                        [OUTPUT_OWN] = "\033[32m",
                        [OUTPUT_OTHER] = "\033[36m",
                        [OUTPUT_WARNING] = "\033[1;33m",
                        [OUTPUT_QR] = "\033[97;40m",
        };

        if (!is_coloured || style == OUTPUT_PLAIN || !*words)
                return g_strdup(words);
        return g_strconcat(codes[style], words, "\033[0m", NULL);
}

char *output_time(gint64 milliseconds, const char *format)
{
        time_t seconds = (time_t)(milliseconds / 1000);
        struct tm local;
        char text[64];

        if (!localtime_r(&seconds, &local))
                return g_strdup("?");
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* the formats are the three of output.h */
        if (strftime(text, sizeof(text), format, &local) == 0)
                return g_strdup("?");
#pragma GCC diagnostic pop
        return g_strdup(text);
}

char *output_message_state(const ClientMessage *message)
{
        const char *reason = *message->reason_text ? message->reason_text
                                                   : client_reason_sentence(message->reason);
        g_autofree char *why = *reason ? g_strconcat(": ", reason, NULL) : g_strdup("");
        g_autofree char *state = NULL;

        if (!message->outgoing)
                return g_strdup("");
        if (strcmp(message->state, "queued") == 0)
                state = g_strconcat(_("queued"), why, NULL);
        else if (strcmp(message->state, "failed") == 0)
                state = g_strconcat(_("not sent"), why, NULL);
        else if (strcmp(message->state, "sent") == 0)
                state = g_strdup(_("sent"));
        else if (strcmp(message->state, "delivered") == 0)
                state = g_strdup(_("delivered"));
        else if (strcmp(message->state, "read") == 0)
                state = g_strdup(_("read"));
        else
                state = g_strdup(message->state);
        return harmless_line(state);
}

static char *timer_change_of(const ClientMessage *message)
{
        g_autofree char *time = duration_format(message->timer);

        if (message->timer == 0)
                return g_strdup_printf(_("%s has set that new messages stay"), message->sender);
        /* TRANSLATORS: a name, and a time as 8h or 1d. */
        return g_strdup_printf(_("%s has set that new messages disappear %s after reading"), message->sender, time);
}

static char *notice_of(const ClientMessage *message)
{
        char *of_group = group_words(message);

        if (of_group)
                return of_group;
        if (strcmp(message->kind, "key-change") == 0)
                return g_strdup_printf(_("%s has a new identity key"), message->conversation);
        if (strcmp(message->kind, "account-deleted") == 0)
                return g_strdup_printf(_("%s has deleted their account"), message->conversation);
        if (strcmp(message->kind, "verified") == 0)
                return g_strdup_printf(_("%s is verified"), message->conversation);
        if (strcmp(message->kind, "unverified") == 0)
                return g_strdup_printf(_("%s is NOT verified any more"), message->conversation);
        if (strcmp(message->kind, "verification-mismatch") == 0)
                return g_strdup_printf(_("the emoji with %s DIFFERED: somebody may stand between you"),
                                       message->conversation);
        if (strcmp(message->kind, "unsupported") == 0)
                return g_strdup_printf(_("a message from %s that needs a newer version"), message->sender);
        if (strcmp(message->kind, "unreadable") == 0)
                return g_strdup_printf(_("a message from %s that could not be decrypted"), message->sender);
        if (strcmp(message->kind, "deleted") == 0)
                return g_strdup_printf(_("a message from %s that was deleted"), message->sender);
        if (strcmp(message->kind, "expired") == 0)
                return g_strdup_printf(_("a message from %s whose time is over"), message->sender);
        if (strcmp(message->kind, "timer-change") == 0)
                return timer_change_of(message);
        return g_strdup_printf(_("a \"%s\" from %s"), message->kind, message->sender);
}

/*
 * " (re NAME "the first words...")". Quotation marks inside are escaped, so that no words that are quoted can pass for more
 * than that.
 */
static char *reply_of(const ClientMessage *message)
{
        enum { QUOTED_CHARACTERS = 40 };

        if (!message->reply_to || !*message->reply_to)
                return g_strdup("");
        if (!*message->reply_sender)
                return g_strdup_printf(" (%s)", _("re a message that is not here"));

        gboolean is_long = g_utf8_strlen(message->reply_text, -1) > QUOTED_CHARACTERS;
        g_autofree char *start = is_long ? g_utf8_substring(message->reply_text, 0, QUOTED_CHARACTERS)
                                         : g_strdup(message->reply_text);
        g_autofree char *safe = harmless_line(start);
        g_autofree char *sender = harmless_line(message->reply_sender);
        g_auto(GStrv) parts = g_strsplit(safe, "\"", -1);
        g_autofree char *escaped = g_strjoinv("\\\"", parts);

        /* TRANSLATORS: "re" as in letters: this answers what NAME said. A name, the beginning of a text, "..." or nothing. */
        return g_strdup_printf(_(" (re %s \"%s%s\")"), sender, escaped, is_long ? "..." : "");
}

/* " (NAME EMOJI) (NAME EMOJI)" */
static char *reactions_of(const ClientMessage *message)
{
        g_autoptr(GVariant) reactions = NULL;
        GString *out = g_string_new(NULL);
        const char *name, *emoji;
        GVariantIter iter;

        if (message->dictionary)
                reactions = g_variant_lookup_value(message->dictionary, "reactions", G_VARIANT_TYPE("a{ss}"));
        if (reactions) {
                g_variant_iter_init(&iter, reactions);
                while (g_variant_iter_loop(&iter, "{&s&s}", &name, &emoji))
                        g_string_append_printf(out, " (%s %s)", name, emoji);
        }

        g_autofree char *raw = g_string_free(out, FALSE);

        return harmless_line(raw);
}

/* "[file NAME, 1.2 MB, not fetched; smctl save ID]", and the caption behind it. */
static char *file_of(const ClientMessage *message)
{
        g_autofree char *name = harmless_line(message->name);
        g_autofree char *size = g_format_size(message->size);
        g_autofree char *state = NULL;

        if (strcmp(message->transfer, "preparing") == 0 || strcmp(message->transfer, "uploading") == 0 ||
            strcmp(message->transfer, "downloading") == 0)
                state = g_strdup_printf(", %u %%", message->size ? (unsigned)((double)message->transferred * 100 /
                                                                               (double)message->size)
                                                                 : 0u);
        else if (*message->transfer_problem_text)
                state = g_strdup_printf(", %s", message->transfer_problem_text);
        return g_strdup_printf(_("[file %s, %s%s; smctl save %s]%s"), name, size, state ? state : "", message->id,
                               *message->text ? " " : "");
}

/* What was said: a text, or a file and its caption. */
static char *said_of(const ClientMessage *message)
{
        g_autofree char *text = harmless_text(message->text, "    ");
        g_autofree char *file = strcmp(message->kind, "attachment") == 0 ? file_of(message) : g_strdup("");

        return g_strconcat(file, text, NULL);
}

char *output_message(const ClientMessage *message, const char *time_format)
{
        g_autofree char *time = output_time(message->time, time_format);
        g_autofree char *dim_time = output_styled(OUTPUT_DIM, time);

        if (strcmp(message->kind, "text") != 0 && strcmp(message->kind, "attachment") != 0) {
                g_autofree char *notice = notice_of(message);
                g_autofree char *safe = harmless_line(notice);
                g_autofree char *marked = g_strdup_printf("-- %s --", safe);
                g_autofree char *styled = output_styled(OUTPUT_WARNING, marked);

                return g_strdup_printf("%s %s", dim_time, styled);
        }

        g_autofree char *sender = harmless_line(message->sender);
        g_autofree char *name = output_styled(message->outgoing ? OUTPUT_OWN : OUTPUT_OTHER, sender);
        g_autofree char *reply = reply_of(message);
        g_autofree char *reactions = reactions_of(message);
        g_autofree char *beside = g_strconcat(reply, message->edited ? _(" (edited)") : "", reactions, NULL);
        g_autofree char *dim_beside = output_styled(OUTPUT_DIM, beside);
        g_autofree char *text = said_of(message);
        g_autofree char *state = output_message_state(message);
        g_autofree char *marked = *state ? g_strdup_printf(" [%s]", state) : g_strdup("");
        gboolean waits = strcmp(message->state, "queued") == 0 || strcmp(message->state, "failed") == 0;
        g_autofree char *styled = output_styled(waits ? OUTPUT_WARNING : OUTPUT_DIM, marked);

        g_autofree char *warning =
                        output_styled(OUTPUT_WARNING, message->unaccepted_key ? _(" (unaccepted key)") : "");

        return g_strdup_printf("%s %s%s%s: %s%s", dim_time, name, warning, dim_beside, text, styled);
}

char *output_safety_number(const char *digits)
{
        GString *out = g_string_new(NULL);

        for (size_t i = 0; digits[i]; i++) {
                if (i > 0 && i % 5 == 0)
                        g_string_append_c(out, ' ');
                g_string_append_c(out, digits[i]);
        }
        g_autofree char *raw = g_string_free(out, FALSE);

        return harmless_line(raw);
}

void output_note(const char *format, ...)
{
        va_list arguments;

        va_start(arguments, format);
        g_autofree char *note = g_strdup_vprintf(format, arguments);
        va_end(arguments);
        fflush(stdout);
        fprintf(stderr, "smctl: %s\n", note);
}
