/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/list/requests-page.h"

#include "gtk-ui/list/request-row.h"

struct _SmRequestsPage {
        AdwBin parent;
        GtkWidget *header, *list;
};

G_DEFINE_FINAL_TYPE(SmRequestsPage, sm_requests_page, ADW_TYPE_BIN)

static guint opened_signal;

static void on_row_setup(GtkListItemFactory *factory, GtkListItem *item)
{
        gtk_list_item_set_child(item, GTK_WIDGET(sm_request_row_new()));
}

static void on_row_bind(GtkListItemFactory *factory, GtkListItem *item)
{
        sm_request_row_set_conversation(SM_REQUEST_ROW(gtk_list_item_get_child(item)), gtk_list_item_get_item(item));
}

static void on_row_unbind(GtkListItemFactory *factory, GtkListItem *item)
{
        sm_request_row_set_conversation(SM_REQUEST_ROW(gtk_list_item_get_child(item)), NULL);
}

static void on_selected(SmRequestsPage *self, GParamSpec *pspec, GtkSingleSelection *selection)
{
        SmConversation *conversation = gtk_single_selection_get_selected_item(selection);

        if (conversation)
                g_signal_emit(self, opened_signal, 0, conversation);
}

static void sm_requests_page_dispose(GObject *object)
{
        gtk_widget_dispose_template(GTK_WIDGET(object), SM_TYPE_REQUESTS_PAGE);
        G_OBJECT_CLASS(sm_requests_page_parent_class)->dispose(object);
}

static void sm_requests_page_class_init(SmRequestsPageClass *class)
{
        GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = sm_requests_page_dispose;
        opened_signal = g_signal_new("opened", SM_TYPE_REQUESTS_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 1, SM_TYPE_CONVERSATION);
        gtk_widget_class_set_template_from_resource(widget, "/org/securemessenger/SecureMessenger/requests-page.ui");
        gtk_widget_class_bind_template_child(widget, SmRequestsPage, header);
        gtk_widget_class_bind_template_child(widget, SmRequestsPage, list);
}

static void sm_requests_page_init(SmRequestsPage *self)
{
        gtk_widget_init_template(GTK_WIDGET(self));
}

GtkWidget *sm_requests_page_header(SmRequestsPage *self)
{
        return self->header;
}

void sm_requests_page_set_requests(SmRequestsPage *self, GListModel *requests)
{
        g_autoptr(GtkListItemFactory) factory = gtk_signal_list_item_factory_new();
        g_autoptr(GtkSingleSelection) selection = gtk_single_selection_new(NULL);

        gtk_single_selection_set_autoselect(selection, FALSE);
        gtk_single_selection_set_can_unselect(selection, TRUE);
        gtk_single_selection_set_model(selection, requests);
        gtk_single_selection_set_selected(selection, GTK_INVALID_LIST_POSITION);
        g_signal_connect(factory, "setup", G_CALLBACK(on_row_setup), NULL);
        g_signal_connect(factory, "bind", G_CALLBACK(on_row_bind), NULL);
        g_signal_connect(factory, "unbind", G_CALLBACK(on_row_unbind), NULL);
        gtk_list_view_set_factory(GTK_LIST_VIEW(self->list), factory);
        gtk_list_view_set_model(GTK_LIST_VIEW(self->list), GTK_SELECTION_MODEL(selection));
        g_signal_connect_object(selection, "notify::selected-item", G_CALLBACK(on_selected), self, G_CONNECT_SWAPPED);
}
