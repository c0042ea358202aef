/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls that end when an operation on a group does. */
#include <errno.h>
#include <glib.h>
#include <libintl.h>

#include "daemon/bus-error.h"
#include "daemon/group-bus.h"

#define _(text) gettext(text)

typedef struct GroupCall {
        Bus *bus;
        BusCall *call;
        bool makes_group;
} GroupCall;

static void group_call_free(GroupCall *group_call)
{
        Bus *bus = group_call->bus;

        bus->group_calls = g_list_remove(bus->group_calls, group_call);
        bus_call_free(group_call->call);
        g_free(group_call);
}

/* The operation goes on; nobody is told. */
static void on_gone(void *userdata)
{
        GroupCall *group_call = userdata;
        Messenger *messenger = account_messenger(group_call->bus->account);

        if (messenger)
                group_operations_forget(messenger->groups, group_call);
        group_call_free(group_call);
}

void group_calls_end_all(Bus *bus, Problem problem)
{
        while (bus->group_calls) {
                GroupCall *group_call = bus->group_calls->data;
                Messenger *messenger = account_messenger(bus->account);

                if (messenger)
                        group_operations_forget(messenger->groups, group_call);
                bus_reply_error(bus_call_message(group_call->call), (int)problem);
                group_call_free(group_call);
        }
}

static void reply_with_group(GroupCall *group_call, int64_t contact)
{
        sd_bus_message *m = bus_call_message(group_call->call);
        Messenger *messenger = account_messenger(group_call->bus->account);
        char path[GROUP_PATH_SIZE];
        GroupRecord record;
        Contact conversation;
        int r;

        r = store_group_get(messenger->store, contact, &record);
        if (r == 0)
                r = store_contact_get(messenger->store, contact, &conversation);
        if (r != 0) {
                bus_reply_error(m, r < 0 ? r : (int)PROBLEM_NOT_FOUND);
                return;
        }
        group_bus_path(&record.id, path);
        sd_bus_reply_method_return(m, "os", path, conversation.name);
}

static void reply_error(GroupCall *group_call, int result, const char *about)
{
        sd_bus_message *m = bus_call_message(group_call->call);
        Problem problem = problem_from_result(result);
        g_autofree char *text = NULL;

        if (!about) {
                bus_reply_error(m, result);
                return;
        }
        /* TRANSLATORS: a user name, then a sentence that says what is wrong with them. */
        text = g_strdup_printf(_("%s: %s"), about, problem_sentence(problem));
        bus_reply_error_text(m, problem, text);
}

static void on_done(void *userdata, int result, const char *about, int64_t contact)
{
        GroupCall *group_call = userdata;

        if (result != 0)
                reply_error(group_call, result, about);
        else if (group_call->makes_group)
                reply_with_group(group_call, contact);
        else
                sd_bus_reply_method_return(bus_call_message(group_call->call), NULL);
        group_call_free(group_call);
}

int group_bus_start(Bus *bus, sd_bus_message *m, const GroupRequest *request)
{
        GroupCall *group_call;
        Messenger *messenger;
        BusCall *call = NULL;
        int r;

        messenger = bus_messenger(bus, &r);
        if (!messenger)
                return bus_reply_error(m, r);
        r = bus_call_new(bus->calls, m, &call);
        if (r != 0)
                return bus_reply_error(m, r);
        group_call = g_new0(GroupCall, 1);
        group_call->bus = bus;
        group_call->call = call;
        group_call->makes_group = request->kind == GROUP_OPERATION_CREATE;
        bus->group_calls = g_list_prepend(bus->group_calls, group_call);
        bus_call_set_gone(call, on_gone, group_call);
        r = group_operations_start(messenger->groups, request, on_done, group_call);
        if (r != 0) {
                bus_reply_error(m, r);
                group_call_free(group_call);
        }
        return 1;
}
