/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/message-change-bus.h"

#include <libintl.h>
#include <string.h>

#include "daemon/bus-error.h"
#include "daemon/bus-options.h"
#include "daemon/bus.h"
#include "daemon/deletion.h"
#include "daemon/edit.h"
#include "daemon/reaction.h"

#define _(text) gettext(text)

/* After the options: the unlocked part and the message's ID, or a Problem. */
static int prepare(Bus *bus, const char *text, Messenger **messenger_out, ContentMessageId *id_out)
{
        int locked;

        *messenger_out = bus_messenger(bus, &locked);
        if (!*messenger_out)
                return locked;
        return message_id_parse(text, id_out) ? 0 : PROBLEM_NOT_FOUND;
}

static int finish(Messenger *messenger, sd_bus_message *m, int result)
{
        if (result != 0)
                return bus_reply_error(m, result);
        outbox_pump(messenger->outbox);
        return sd_bus_reply_method_return(m, NULL);
}

int message_bus_edit(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        const char *id_text = NULL, *text = NULL;
        Messenger *messenger;
        ContentMessageId id;
        int r;

        r = sd_bus_message_read(m, "ss", &id_text, &text);
        if (r < 0)
                return r;
        r = bus_read_no_options(m);
        if (r == 0)
                r = prepare(userdata, id_text, &messenger, &id);
        if (r != 0)
                return r < 0 ? r : bus_reply_error(m, r);
        return finish(messenger, m, edit_message(messenger->store, &messenger->self, &id, text, strlen(text)));
}

int message_bus_delete(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        const char *id_text = NULL;
        int for_everyone = 0;
        const BusOption options[] = {{"for-everyone", SD_BUS_TYPE_BOOLEAN, &for_everyone}, {NULL}};
        Messenger *messenger;
        ContentMessageId id;
        int r;

        r = sd_bus_message_read(m, "s", &id_text);
        if (r < 0)
                return r;
        r = bus_read_options(m, options);
        if (r == 0)
                r = prepare(userdata, id_text, &messenger, &id);
        if (r != 0)
                return r < 0 ? r : bus_reply_error(m, r);
        return finish(messenger, m, delete_message(messenger->store, &messenger->self, &id, for_everyone != 0));
}

int message_bus_react(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        const char *id_text = NULL, *emoji = NULL;
        Messenger *messenger;
        ContentMessageId id;
        int r;

        r = sd_bus_message_read(m, "ss", &id_text, &emoji);
        if (r < 0)
                return r;
        r = bus_read_no_options(m);
        if (r == 0)
                r = prepare(userdata, id_text, &messenger, &id);
        if (r != 0)
                return r < 0 ? r : bus_reply_error(m, r);
        r = react_to_message(messenger->store, &messenger->self, &id, emoji);
        if (r == PROBLEM_INVALID_ARGUMENT)
                return bus_reply_error_text(m, r, _("This is not an emoji, or more than one."));
        return finish(messenger, m, r);
}
