/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int log_max_priority = LOG_INFO;
static bool log_to_journal;

void log_init(int max_priority)
{
        log_max_priority = max_priority;
        log_to_journal = getenv("JOURNAL_STREAM") != NULL && !isatty(STDERR_FILENO);
}

/* One write() a line, so that threads' lines do not mix. */
void log_line(int priority, const char *format, ...)
{
        char line[1024];
        va_list arguments;
        int head, body;
        size_t size;

        if (priority > log_max_priority)
                return;
        if (log_to_journal)
                head = snprintf(line, sizeof(line), "<%d>", priority);
        else
                head = snprintf(line, sizeof(line), "smserver: ");
        va_start(arguments, format);
        body = vsnprintf(line + head, sizeof(line) - (size_t)head - 1, format, arguments);
        va_end(arguments);
        if (body < 0)
                return;
        size = strlen(line);
        line[size++] = '\n';
        (void)!write(STDERR_FILENO, line, size);
}
