/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/conversation/message-commands.h"

#include <string.h>

#include "gtk-ui/conversation/file-open.h"
#include "gtk-ui/conversation/file-save.h"
#include "gtk-ui/conversation/message-actions.h"
#include "gtk-ui/conversation/message-file.h"
#include "gtk-ui/conversation/message-information.h"
#include "gtk-ui/conversation/message-list.h"
#include "gtk-ui/conversation/message-menu.h"
#include "gtk-ui/conversation/message-resend.h"
#include "gtk-ui/conversation/message-row.h"
#include "gtk-ui/conversation/message-text.h"
#include "gtk-ui/conversation/picture-window.h"
#include "gtk-ui/conversation/text-window.h"

/* place: what stays where it is, while the row may become another message's. */
typedef struct Command {
        const char *name, *parameter;
        void (*run)(GtkWidget *row, GtkWidget *place, const ClientMessage *message, GVariant *parameter);
        gboolean (*is_allowed)(SmMessage *message);
} Command;

static SmDaemon *daemon_of(GtkWidget *row)
{
        return sm_message_row_daemon(SM_MESSAGE_ROW(row));
}

static void run_menu(GtkWidget *row, GtkWidget *place, const ClientMessage *message, GVariant *parameter)
{
        sm_message_row_show_menu(SM_MESSAGE_ROW(row), NULL);
}

static void run_reply(GtkWidget *row, GtkWidget *place, const ClientMessage *message, GVariant *parameter)
{
        gtk_widget_activate_action(row, "conversation.reply", "s", message->id);
}

static void run_edit(GtkWidget *row, GtkWidget *place, const ClientMessage *message, GVariant *parameter)
{
        gtk_widget_activate_action(row, "conversation.edit", "s", message->id);
}

static void run_react(GtkWidget *row, GtkWidget *place, const ClientMessage *message, GVariant *parameter)
{
        message_react(place, daemon_of(row), message->id, g_variant_get_string(parameter, NULL));
}

static void run_choose_emoji(GtkWidget *row, GtkWidget *place, const ClientMessage *message, GVariant *parameter)
{
        message_menu_choose_emoji(row);
}

static void run_copy(GtkWidget *row, GtkWidget *place, const ClientMessage *message, GVariant *parameter)
{
        message_copy(place, message);
}

static void run_show_all(GtkWidget *row, GtkWidget *place, const ClientMessage *message, GVariant *parameter)
{
        sm_text_window_show(place, daemon_of(row), message);
}

static void run_open(GtkWidget *row, GtkWidget *place, const ClientMessage *message, GVariant *parameter)
{
        if (message_file_is_picture(message))
                sm_picture_window_show(place, daemon_of(row), message);
        else
                file_open(place, daemon_of(row), message->id, message->name);
}

static void run_open_link(GtkWidget *row, GtkWidget *place, const ClientMessage *message, GVariant *parameter)
{
        message_text_open_link(place, g_variant_get_string(parameter, NULL));
}

static void run_save(GtkWidget *row, GtkWidget *place, const ClientMessage *message, GVariant *parameter)
{
        file_save_as(place, daemon_of(row), message->id, message->name);
}

static void run_delete(GtkWidget *row, GtkWidget *place, const ClientMessage *message, GVariant *parameter)
{
        message_delete(place, daemon_of(row), message);
}

static void run_information(GtkWidget *row, GtkWidget *place, const ClientMessage *message, GVariant *parameter)
{
        message_information_show(place, message);
}

static void run_send_again(GtkWidget *row, GtkWidget *place, const ClientMessage *message, GVariant *parameter)
{
        message_send_again(place, daemon_of(row), message);
}

static void run_go_to_quoted(GtkWidget *row, GtkWidget *place, const ClientMessage *message, GVariant *parameter)
{
        message_go_to(place, daemon_of(row), message->reply_to);
}

/* ---- Which message has which ---- */

static gboolean has_failed(SmMessage *message)
{
        return strcmp(sm_message_fields(message)->state, "failed") == 0;
}

static gboolean is_text(SmMessage *message)
{
        return strcmp(sm_message_fields(message)->kind, "text") == 0;
}

/* The other side has it, or will. */
static gboolean is_there(SmMessage *message)
{
        return sm_message_is_said(message) && !has_failed(message);
}

static gboolean is_own_text(SmMessage *message)
{
        return is_text(message) && sm_message_fields(message)->outgoing && !has_failed(message);
}

static gboolean has_text(SmMessage *message)
{
        return sm_message_is_said(message) && *sm_message_fields(message)->text;
}

static gboolean is_cut(SmMessage *message)
{
        return has_text(message) && message_text_is_cut(sm_message_fields(message)->text);
}

static gboolean is_file(SmMessage *message)
{
        return strcmp(sm_message_fields(message)->kind, "attachment") == 0;
}

static gboolean can_be_sent_again(SmMessage *message)
{
        return message_can_be_sent_again(sm_message_fields(message));
}

static gboolean has_quoted(SmMessage *message)
{
        return sm_message_is_said(message) && *sm_message_fields(message)->reply_sender;
}

static const Command commands[] = {
                {"message.menu", NULL, run_menu, sm_message_is_said},
                {"message.reply", NULL, run_reply, is_there},
                {"message.edit", NULL, run_edit, is_own_text},
                {"message.react", "s", run_react, is_there},
                {"message.choose-emoji", NULL, run_choose_emoji, is_there},
                {"message.copy", NULL, run_copy, has_text},
                {"message.show-all", NULL, run_show_all, is_cut},
                {"message.open", NULL, run_open, is_file},
                {"message.open-link", "s", run_open_link, has_text},
                {"message.save", NULL, run_save, is_file},
                {"message.delete", NULL, run_delete, sm_message_is_said},
                {"message.information", NULL, run_information, sm_message_is_said},
                {"message.send-again", NULL, run_send_again, can_be_sent_again},
                {"message.go-to-quoted", NULL, run_go_to_quoted, has_quoted},
};

static void on_action(GtkWidget *row, const char *action, GVariant *parameter)
{
        SmMessage *message = sm_message_row_message(SM_MESSAGE_ROW(row));
        GtkWidget *place = gtk_widget_get_ancestor(row, SM_TYPE_MESSAGE_LIST);

        for (size_t i = 0; message && place && i < G_N_ELEMENTS(commands); i++)
                if (strcmp(action, commands[i].name) == 0)
                        commands[i].run(row, place, sm_message_fields(message), parameter);
}

static void on_clicked(GtkWidget *button, const char *name)
{
        const char *target = g_object_get_data(G_OBJECT(button), "target");

        gtk_widget_activate_action_variant(button, name, target ? g_variant_new_string(target) : NULL);
}

void message_commands_connect(GtkWidget *button, const char *name, const char *target)
{
        if (target)
                g_object_set_data_full(G_OBJECT(button), "target", g_strdup(target), g_free);
        g_signal_connect(button, "clicked", G_CALLBACK(on_clicked), (gpointer)g_intern_string(name));
}

void message_commands_install(GtkWidgetClass *class)
{
        for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
                gtk_widget_class_install_action(class, commands[i].name, commands[i].parameter, on_action);
}

void message_commands_allow(GtkWidget *row, SmMessage *message)
{
        for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
                gtk_widget_action_set_enabled(row, commands[i].name, commands[i].is_allowed(message));
}
