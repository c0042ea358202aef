/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>

#include "daemon/bus-call.h"
#include "daemon/bus-error.h"
#include "daemon/bus-options.h"
#include "daemon/bus.h"
#include "daemon/directory-bus.h"

/* Account.FindUsers(): answered when the server has. */

typedef struct Finding {
        Bus *bus;
        BusCall *call;
} Finding;

static void on_done(void *userdata, int result, char *const *names, size_t count)
{
        g_autofree Finding *finding = userdata;
        g_autofree char **list = g_new0(char *, count + 1);
        sd_bus_message *reply = NULL;
        int r;

        if (result != 0) {
                bus_call_finish(finding->call, result);
                return;
        }
        for (size_t i = 0; i < count; i++)
                list[i] = names[i];
        r = sd_bus_message_new_method_return(bus_call_message(finding->call), &reply);
        if (r >= 0)
                r = sd_bus_message_append_strv(reply, list);
        if (r >= 0)
                r = sd_bus_send(NULL, reply, NULL);
        sd_bus_message_unref(reply);
        if (r < 0)
                bus_call_finish(finding->call, r);
        else
                bus_call_free(finding->call);
}

static void on_gone(void *userdata)
{
        Finding *finding = userdata;
        Messenger *messenger = account_messenger(finding->bus->account);

        if (messenger)
                directory_forget(messenger->directory, finding);
        bus_call_free(finding->call);
        g_free(finding);
}

int directory_bus_find(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        DirectoryQuestion question = {.after = "", .limit = 50};
        const BusOption options[] = {
                        {"after", SD_BUS_TYPE_STRING, &question.after},
                        {"limit", SD_BUS_TYPE_UINT32, &question.limit},
                        {NULL},
        };
        Bus *bus = userdata;
        Messenger *messenger;
        Finding *finding;
        int r, locked;

        r = sd_bus_message_read(m, "s", &question.beginning);
        if (r < 0)
                return r;
        r = bus_read_options(m, options);
        if (r != 0)
                return r < 0 ? r : bus_reply_error(m, r);
        messenger = bus_messenger(bus, &locked);
        if (!messenger)
                return bus_reply_error(m, locked);
        finding = g_new0(Finding, 1);
        finding->bus = bus;
        r = bus_call_new(bus->calls, m, &finding->call);
        if (r == 0)
                r = directory_ask(messenger->directory, &question, on_done, finding);
        if (r != 0) {
                bus_call_free(finding->call);
                g_free(finding);
                return bus_reply_error(m, r);
        }
        bus_call_set_gone(finding->call, on_gone, finding);
        return 1;
}
