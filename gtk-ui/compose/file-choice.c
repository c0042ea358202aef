/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/compose/file-choice.h"

#include <glib/gi18n.h>

typedef struct Choice {
        GtkWidget *widget;
        GtkFileChooserNative *dialog;
        SmIntake *intake;
} Choice;

static void choice_free(Choice *choice)
{
        g_signal_handlers_disconnect_by_data(choice->widget, choice);
        g_object_unref(choice->widget);
        gtk_native_dialog_destroy(GTK_NATIVE_DIALOG(choice->dialog));
        g_object_unref(choice->dialog);
        g_object_unref(choice->intake);
        g_free(choice);
}

static void on_response(GtkNativeDialog *dialog, int response, Choice *choice)
{
        g_autoptr(GListModel) files = gtk_file_chooser_get_files(GTK_FILE_CHOOSER(dialog));

        for (guint i = 0; response == GTK_RESPONSE_ACCEPT && i < g_list_model_get_n_items(files); i++) {
                g_autoptr(GFile) file = g_list_model_get_item(files, i);

                sm_intake_take_file(choice->intake, file);
        }
        if (response == GTK_RESPONSE_ACCEPT)
                gtk_widget_grab_focus(choice->widget);
        choice_free(choice);
}

void file_choice(GtkWidget *widget, SmIntake *intake)
{
        GtkWindow *window = GTK_WINDOW(gtk_widget_get_root(widget));
        Choice *choice = g_new0(Choice, 1);

        choice->widget = g_object_ref(widget);
        choice->intake = g_object_ref(intake);
        choice->dialog = gtk_file_chooser_native_new(_("Send Files"), window, GTK_FILE_CHOOSER_ACTION_OPEN,
                                                     _("_Attach"), NULL);
        gtk_native_dialog_set_modal(GTK_NATIVE_DIALOG(choice->dialog), TRUE);
        gtk_file_chooser_set_select_multiple(GTK_FILE_CHOOSER(choice->dialog), TRUE);
        g_signal_connect(choice->dialog, "response", G_CALLBACK(on_response), choice);
        /* It is locked, or there is nobody any more to whom to send. */
        g_signal_connect_swapped(widget, "unmap", G_CALLBACK(choice_free), choice);
        gtk_native_dialog_show(GTK_NATIVE_DIALOG(choice->dialog));
}
