/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "cli/arguments.h"
#include "cli/bus.h"
#include "cli/history.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/report.h"
#include "client/message.h"

enum {
        HISTORY_LIMIT_DEFAULT = 50,
};

static int query_init(HistoryQuery *query, const Command *command, char **problem)
{
        int r;

        *query = (HistoryQuery){
                        .conversation = command->arguments[0],
                        .has_after = command_has(command, OPTION_AFTER),
        };
        r = command_number(command, OPTION_LIMIT, HISTORY_LIMIT_DEFAULT, G_MAXUINT32, &query->limit,
                           problem);
        if (r == 0)
                r = command_number(command, OPTION_BEFORE, 0, G_MAXINT64, &query->before, problem);
        if (r == 0)
                r = command_number(command, OPTION_AFTER, 0, G_MAXINT64, &query->after, problem);
        return r;
}

ClientFailure cmd_history(const Command *command)
{
        g_autoptr(GError) error = NULL;
        g_autofree char *problem = NULL;
        HistoryQuery query;

        if (query_init(&query, command, &problem) != 0)
                return report_usage(problem);
        if (!bus_name_is_sound(query.conversation, &error))
                return report(error);

        g_autoptr(GDBusConnection) connection = client_connect(&error);
        g_autoptr(GPtrArray) messages = connection ? history_fetch(connection, &query, &error) : NULL;

        if (!messages)
                return report(error);
        for (guint i = 0; i < messages->len; i++) {
                ClientMessage message;

                if (command_has(command, OPTION_JSON)) {
                        json_print(messages->pdata[i]);
                        continue;
                }
                client_message_init(&message, messages->pdata[i]);

                g_autofree char *line = output_message(&message, OUTPUT_DATE_TIME);

                puts(line);
        }
        return CLIENT_FAILURE_NONE;
}
