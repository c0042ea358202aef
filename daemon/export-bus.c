/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <glib.h>
#include <libintl.h>

#include "daemon/bus-error.h"
#include "daemon/bus-options.h"
#include "daemon/bus.h"
#include "daemon/cleanup.h"
#include "daemon/clock.h"
#include "daemon/export.h"
#include "daemon/fd-reader.h"
#include "daemon/json.h"
#include "daemon/log.h"

#define _(text) gettext(text)

enum { EXPORT_VERSION = 1 };

/* One call, until its answer. The descriptors and strings belong to the call's message. */
typedef struct ExportCall {
        Bus *bus;
        BusCall *call;
        const char *conversation; /* NULL: all */
        int output;
        FdReader *reader; /* while the password is read */
        ExportSeal *seal; /* while its key is derived */
        Export *export;   /* while it is written */
} ExportCall;

static void message_unrefp(sd_bus_message **m)
{
        sd_bus_message_unref(*m);
}

static void export_call_free(ExportCall *e)
{
        if (!e)
                return;
        e->bus->exports = g_list_remove(e->bus->exports, e);
        fd_reader_free(e->reader);
        export_seal_free(e->seal);
        export_free(e->export);
        bus_call_free(e->call);
        g_free(e);
}

static void export_call_freep(ExportCall **e)
{
        export_call_free(*e);
}

static void on_gone(void *userdata)
{
        export_call_free(userdata);
}

static void finish(ExportCall *e, int result)
{
        e->call = bus_call_finish(e->call, result);
        export_call_free(e);
}

static void finish_text(ExportCall *e, Problem problem, const char *text)
{
        bus_reply_error_text(bus_call_message(e->call), problem, text);
        export_call_free(e);
}

void export_bus_end_all(Bus *bus)
{
        while (bus->exports)
                finish(bus->exports->data, PROBLEM_LOCKED);
}

/* ---- Lines ---- */

static int write_header(void *userdata, GString *line)
{
        ExportCall *e = userdata;
        Messenger *messenger = account_messenger(e->bus->account);

        g_string_printf(line,
                        "{\"line\":\"header\",\"format\":\"secure-messenger-export\",\"version\":%d,"
                        "\"time\":%" G_GUINT64_FORMAT ",\"user_name\":",
                        EXPORT_VERSION, clock_now_ms());
        json_append_string(line, messenger->record.user_name);
        g_string_append(line, ",\"server\":");
        json_append_string(line, messenger->record.server.url);
        if (e->conversation) {
                g_string_append(line, ",\"conversation\":");
                json_append_string(line, e->conversation);
        }
        g_string_append_c(line, '}');
        return 0;
}

/* The dictionary of the bus, so that nothing is missing in one that the other has. */
static int write_message(void *userdata, const Message *message, GString *line)
{
        _cleanup_(message_unrefp) sd_bus_message *m = NULL;
        ExportCall *e = userdata;
        int r;

        r = sd_bus_message_new_signal(e->bus->bus, &m, BUS_ROOT, BUS_MESSAGES, "Export");
        if (r >= 0)
                r = message_bus_append(e->bus, m, message);
        if (r >= 0)
                r = sd_bus_message_seal(m, 1, 0);
        if (r >= 0)
                r = sd_bus_message_rewind(m, true);
        if (r < 0)
                return r;
        r = json_append_value(line, m);
        if (r < 0)
                return r;
        g_string_insert(line, 1, "\"line\":\"message\",");
        return 0;
}

static int open_file(void *userdata, uint64_t message, AttachmentReader **reader_out)
{
        ExportCall *e = userdata;

        return attachments_open(account_messenger(e->bus->account)->attachments, message, reader_out);
}

static void tell_progress(void *userdata, uint64_t done, uint64_t total)
{
        _cleanup_(message_unrefp) sd_bus_message *signal = NULL;
        ExportCall *e = userdata;
        int r;

        r = sd_bus_message_new_signal(e->bus->bus, &signal, BUS_ROOT, BUS_MESSAGES, "ExportProgress");
        if (r >= 0)
                r = sd_bus_message_set_destination(signal,
                                                   sd_bus_message_get_sender(bus_call_message(e->call)));
        if (r >= 0)
                r = sd_bus_message_append(signal, "tt", done, total);
        if (r >= 0)
                r = sd_bus_send(e->bus->bus, signal, NULL);
        if (r < 0)
                log_warning("bus", r, "cannot tell how far an export is");
}

static void on_ended(void *userdata, int result, uint64_t messages)
{
        ExportCall *e = userdata;
        int r;

        if (result == EXPORT_READER_GONE) {
                finish_text(e, PROBLEM_FAILED, _("Whoever read the export has stopped reading."));
                return;
        }
        if (result != 0) {
                finish(e, result);
                return;
        }
        r = sd_bus_reply_method_return(bus_call_message(e->call), "t", messages);
        if (r < 0)
                log_warning("bus", r, "cannot answer a call");
        export_call_free(e);
}

static const ExportHandler handler = {
                .header = write_header,
                .message = write_message,
                .file = open_file,
                .progress = tell_progress,
                .ended = on_ended,
};

/* ---- From the call to the first line ---- */

static int start(ExportCall *e)
{
        Contact contact = {0};
        Messenger *messenger;
        int r;

        messenger = bus_messenger(e->bus, &r);
        if (!messenger)
                return r;
        if (e->conversation) {
                r = store_contact_find(messenger->store, e->conversation, &contact);
                if (r != 0)
                        return r < 0 ? r : PROBLEM_NOT_FOUND;
        }
        r = export_new(messenger->store, contact.id, e->output, g_steal_pointer(&e->seal), &handler, e,
                       &e->export);
        return r == EXPORT_NOT_A_FILE ? (int)PROBLEM_INVALID_ARGUMENT : r;
}

static void on_derived(void *userdata, int result)
{
        ExportCall *e = userdata;

        if (result == 0)
                result = start(e);
        if (result != 0)
                finish(e, result);
}

static void on_password_read(void *userdata, int result, const uint8_t *data, size_t size)
{
        ExportCall *e = userdata;
        Password *password = NULL;

        e->reader = NULL;
        if (result == 0)
                password = password_new(data, size);
        else if (result > 0)
                result = result == FD_READER_NOT_A_FILE ? PROBLEM_INVALID_ARGUMENT : PROBLEM_BAD_PASSWORD;
        if (result == 0 && (!password || password->size < PASSWORD_MIN)) {
                password_free(password);
                result = PROBLEM_BAD_PASSWORD;
        }
        if (result == 0)
                result = export_seal_new(password, on_derived, e, &e->seal);
        if (result != 0)
                finish(e, result);
}

static int begin(ExportCall *e, int password)
{
        int r;

        r = export_check_descriptor(e->output);
        if (r != 0)
                return r < 0 ? r : PROBLEM_INVALID_ARGUMENT;
        if (password < 0)
                return start(e);
        return fd_reader_new(password, PASSWORD_MAX + 1, on_password_read, e, &e->reader);
}

int export_bus_method(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        _cleanup_(export_call_freep) ExportCall *e = NULL;
        const char *conversation = NULL;
        int output = -1, password = -1, r, locked;
        Bus *bus = userdata;
        const BusOption options[] = {
                        {"conversation", SD_BUS_TYPE_STRING, &conversation},
                        {"password", SD_BUS_TYPE_UNIX_FD, &password},
                        {NULL},
        };

        r = sd_bus_message_read(m, "h", &output);
        if (r < 0)
                return r;
        r = bus_read_options(m, options);
        if (r != 0)
                return r < 0 ? r : bus_reply_error(m, r);
        if (!bus_messenger(bus, &locked))
                return bus_reply_error(m, locked);
        e = g_new0(ExportCall, 1);
        e->bus = bus;
        bus->exports = g_list_prepend(bus->exports, e);
        e->output = output;
        e->conversation = conversation;
        r = bus_call_new(bus->calls, m, &e->call);
        if (r == 0)
                r = begin(e, password);
        if (r != 0)
                return bus_reply_error(m, r);
        bus_call_set_gone(e->call, on_gone, e);
        (void)g_steal_pointer(&e);
        return 1;
}
