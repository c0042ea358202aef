/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/compose/sending.h"

#include <gio/gunixfdlist.h>
#include <string.h>

#include "client/connection.h"
#include "gtk-ui/compose/outgoing-file.h"

typedef struct Sending {
        MessengerMessages *messages;
        char *conversation;
        Draft *draft; /* what has not left yet */
        SendingFailed *failed;
        gpointer userdata;
        GDestroyNotify release;
} Sending;

static void sending_free(Sending *sending)
{
        g_object_unref(sending->messages);
        g_free(sending->conversation);
        draft_free(sending->draft);
        if (sending->release)
                sending->release(sending->userdata);
        g_free(sending);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Sending, sending_free)

static void go_on(Sending *taken);

static void give_up(Sending *sending, const GError *error)
{
        sending->failed(sending->userdata, g_steal_pointer(&sending->draft), error);
}

/* What was said with the first message is not said again with the next. */
static void words_have_left(Sending *sending)
{
        g_free(sending->draft->text);
        sending->draft->text = g_strdup("");
        draft_set_quote(sending->draft, NULL, NULL, NULL);
}

static GVariantBuilder *options_new(const Sending *sending)
{
        GVariantBuilder *options = g_variant_builder_new(G_VARIANT_TYPE_VARDICT);

        if (sending->draft->quote_id && !sending->draft->is_edit)
                g_variant_builder_add(options, "{sv}", "reply-to", g_variant_new_string(sending->draft->quote_id));
        return options;
}

/* ---- Words ---- */

static void on_text(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(Sending) sending = userdata;
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) reply = g_dbus_proxy_call_finish(G_DBUS_PROXY(source), result, &error);

        if (!reply) {
                give_up(sending, error);
                return;
        }
        words_have_left(sending);
        go_on(g_steal_pointer(&sending));
}

static void send_text(Sending *taken)
{
        g_autoptr(GVariantBuilder) options = options_new(taken);
        const char *whom = taken->draft->is_edit ? taken->draft->quote_id : taken->conversation;

        g_dbus_proxy_call(G_DBUS_PROXY(taken->messages), taken->draft->is_edit ? "Edit" : "Send",
                          g_variant_new("(ssa{sv})", whom, taken->draft->text, options), G_DBUS_CALL_FLAGS_NONE,
                          CLIENT_SEND_TIMEOUT_MS, NULL, on_text, taken);
}

/* ---- Files ---- */

static void on_file(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(Sending) sending = userdata;
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) reply =
                        g_dbus_proxy_call_with_unix_fd_list_finish(G_DBUS_PROXY(source), NULL, result, &error);

        if (!reply) {
                give_up(sending, error);
                return;
        }
        words_have_left(sending);
        g_list_store_remove(sending->draft->files, 0);
        go_on(g_steal_pointer(&sending));
}

static void send_file(Sending *taken, SmOutgoingFile *file)
{
        g_autoptr(GVariantBuilder) options = options_new(taken);
        g_autoptr(GUnixFDList) descriptors = g_unix_fd_list_new();
        const char *type = sm_outgoing_file_media_type(file);
        g_autoptr(GError) error = NULL;
        int index = g_unix_fd_list_append(descriptors, sm_outgoing_file_descriptor(file), &error);

        if (index < 0) {
                g_autoptr(Sending) sending = taken;

                give_up(sending, error);
                return;
        }
        if (*taken->draft->text)
                g_variant_builder_add(options, "{sv}", "caption", g_variant_new_string(taken->draft->text));
        if (type)
                g_variant_builder_add(options, "{sv}", "media-type", g_variant_new_string(type));
        g_dbus_proxy_call_with_unix_fd_list(G_DBUS_PROXY(taken->messages), "SendAttachment",
                                            g_variant_new("(shsa{sv})", taken->conversation, index,
                                                          sm_outgoing_file_name(file), options),
                                            G_DBUS_CALL_FLAGS_NONE, CLIENT_SEND_TIMEOUT_MS, descriptors, NULL, on_file,
                                            taken);
}

static void go_on(Sending *taken)
{
        g_autoptr(Sending) sending = taken;
        g_autoptr(SmOutgoingFile) file = g_list_model_get_item(G_LIST_MODEL(sending->draft->files), 0);
        size_t size = strlen(sending->draft->text);

        if (size > 0 && (!file || size > SENDING_CAPTION_MAX))
                send_text(g_steal_pointer(&sending));
        else if (file)
                send_file(g_steal_pointer(&sending), file);
}

void sending_start(MessengerMessages *messages, const char *conversation, Draft *draft, SendingFailed *failed, gpointer userdata,
                   GDestroyNotify release)
{
        Sending *sending = g_new0(Sending, 1);

        sending->messages = g_object_ref(messages);
        sending->conversation = g_strdup(conversation);
        sending->draft = draft;
        sending->failed = failed;
        sending->userdata = userdata;
        sending->release = release;
        go_on(sending);
}
