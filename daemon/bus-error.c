/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/bus-error.h"

#include <glib.h>

int bus_reply_error_text(sd_bus_message *call, Problem problem, const char *text)
{
        g_autofree char *name =
                        g_strconcat("org.securemessenger.Messenger1.Error.", problem_name(problem), NULL);

        return sd_bus_reply_method_errorf(call, name, "%s", text);
}

int bus_reply_error(sd_bus_message *call, int result)
{
        Problem problem = problem_from_result(result);

        return bus_reply_error_text(call, problem, problem_sentence(problem));
}

int bus_set_error(sd_bus_error *error, int result)
{
        Problem problem = problem_from_result(result);
        g_autofree char *name =
                        g_strconcat("org.securemessenger.Messenger1.Error.", problem_name(problem), NULL);

        return sd_bus_error_set(error, name, problem_sentence(problem));
}

int bus_reply_account_result(sd_bus_message *call, const AccountResult *result)
{
        Problem problem = problem_from_result(result->result);
        g_autofree char *text = NULL;

        if (problem == PROBLEM_NONE)
                return sd_bus_reply_method_return(call, NULL);
        text = sentence_when(result->sentence ? result->sentence : problem_sentence(problem),
                             result->retry_at_ms);
        return bus_reply_error_text(call, problem, text);
}
