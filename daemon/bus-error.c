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
