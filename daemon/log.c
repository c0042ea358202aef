/* SPDX-License-Identifier: GPL-3.0-or-later */
#define SD_JOURNAL_SUPPRESS_LOCATION    /* the subject tells where; file names would only name our build \
                                           folder */

#include "daemon/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-journal.h>

static bool log_to_stderr = true;

void log_open(bool to_stderr)
{
        log_to_stderr = to_stderr;
}

void log_write(int priority, const char *subject, int error, const char *format, ...)
{
        char text[512];
        va_list arguments;

        va_start(arguments, format);
        vsnprintf(text, sizeof(text), format, arguments);
        va_end(arguments);

        if (log_to_stderr) {
                if (priority < LOG_DEBUG)
                        fprintf(stderr, error ? "smd: %s: %s: %s\n" : "smd: %s: %s\n", subject, text,
                                strerror(-error));
                return;
        }
        if (error)
                sd_journal_send("PRIORITY=%i", priority, "SMD_SUBJECT=%s", subject, "ERRNO=%i", -error,
                                "MESSAGE=%s: %s: %s", subject, text, strerror(-error), NULL);
        else
                sd_journal_send("PRIORITY=%i", priority, "SMD_SUBJECT=%s", subject, "MESSAGE=%s: %s",
                                subject, text, NULL);
}
