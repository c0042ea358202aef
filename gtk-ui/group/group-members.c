/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/group/group-members.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client/connection.h"
#include "client/failure.h"
#include "gtk-ui/group/group-member-row.h"
#include "gtk-ui/model/group-standing.h"
#include "gtk-ui/stack.h"
#include "gtk-ui/wording.h"

/* So many are seen at a glance. */
enum { SEARCH_FROM = 10 };

struct _SmGroupMembers {
        AdwBin parent;
        SmConversation *conversation;
        GCancellable *cancellable;
        GListStore *list; /* SmGroupMember, by name */
        GtkFilter *filter;
        GtkSorter *sorter;
        gboolean loading, again; /* it has changed since it was asked for */
        guint64 epoch;           /* of what was asked for last, */
        GroupStanding standing;  /* and where we stood */
        GtkWidget *pages, *add, *search, *view, *problem;
};

G_DEFINE_FINAL_TYPE(SmGroupMembers, sm_group_members, ADW_TYPE_BIN)

enum { CHANGE, WRITE, ADD, SIGNALS };
static guint signals[SIGNALS];

static SmGroupMember *at(SmGroupMembers *self, guint position)
{
        g_autoptr(SmGroupMember) member = g_list_model_get_item(G_LIST_MODEL(self->list), position);

        return member; /* the list has it */
}

static guint count(SmGroupMembers *self)
{
        return g_list_model_get_n_items(G_LIST_MODEL(self->list));
}

/* ---- Reading them ---- */

static int by_name(gconstpointer a, gconstpointer b)
{
        GVariant *const *first = a, *const *second = b;
        const char *first_name = "", *second_name = "";

        g_variant_lookup(*first, "name", "&s", &first_name);
        g_variant_lookup(*second, "name", "&s", &second_name);
        return strcmp(first_name, second_name);
}

/* Who stays keeps the row, so that the list stands still under the one who reads it. */
static void merge(SmGroupMembers *self, GPtrArray *members)
{
        const gboolean is_ours = group_is_ours(self->conversation);
        guint position = 0;

        for (guint i = 0; i < members->len; i++) {
                const char *name = "";

                g_variant_lookup(members->pdata[i], "name", "&s", &name);
                while (position < count(self) && strcmp(sm_group_member_name(at(self, position)), name) < 0)
                        g_list_store_remove(self->list, position);
                if (position < count(self) && strcmp(sm_group_member_name(at(self, position)), name) == 0) {
                        sm_group_member_set(at(self, position++), members->pdata[i], is_ours);
                } else {
                        g_autoptr(SmGroupMember) member = sm_group_member_new(members->pdata[i], is_ours);

                        g_list_store_insert(self->list, position++, member);
                }
        }
        g_list_store_splice(self->list, position, count(self) - position, NULL, 0);
        gtk_sorter_changed(self->sorter, GTK_SORTER_CHANGE_DIFFERENT);
}

/* At first, all at once. */
static void fill(SmGroupMembers *self, GPtrArray *members)
{
        g_autoptr(GPtrArray) objects = g_ptr_array_new_with_free_func(g_object_unref);
        const gboolean is_ours = group_is_ours(self->conversation);

        for (guint i = 0; i < members->len; i++)
                g_ptr_array_add(objects, sm_group_member_new(members->pdata[i], is_ours));
        g_list_store_splice(self->list, 0, 0, objects->pdata, objects->len);
}

static void show(SmGroupMembers *self, GVariant *dictionaries)
{
        g_autoptr(GPtrArray) members = g_ptr_array_new_with_free_func((GDestroyNotify)g_variant_unref);

        for (gsize i = 0; i < g_variant_n_children(dictionaries); i++)
                g_ptr_array_add(members, g_variant_get_child_value(dictionaries, i));
        g_ptr_array_sort(members, by_name);
        if (count(self) == 0)
                fill(self, members);
        else
                merge(self, members);
        gtk_widget_set_visible(self->add, group_is_ours(self->conversation));
        gtk_widget_set_visible(self->search, count(self) >= SEARCH_FROM);
        stack_show(GTK_STACK(self->pages), "members");
}

static void load(SmGroupMembers *self);

static void on_members(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) reply = g_dbus_proxy_call_finish(G_DBUS_PROXY(source), result, &error);
        g_autoptr(GVariant) members = NULL;
        g_autofree char *text = NULL;
        SmGroupMembers *self = userdata;

        if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
                return;
        self->loading = FALSE;
        if (reply && g_variant_is_of_type(reply, G_VARIANT_TYPE("(aa{sv})"))) {
                members = g_variant_get_child_value(reply, 0);
                show(self, members);
        } else if (error && count(self) == 0) {
                text = client_failure_describe(error);
                gtk_label_set_text(GTK_LABEL(self->problem), text);
                stack_show(GTK_STACK(self->pages), "problem");
        }
        if (self->again)
                load(self);
}

static void load(SmGroupMembers *self)
{
        self->again = self->loading;
        if (self->loading)
                return;
        self->loading = TRUE;
        self->epoch = sm_conversation_number(self->conversation, "Epoch");
        self->standing = group_standing(self->conversation);
        g_dbus_proxy_call(sm_conversation_proxy(self->conversation), "GetMembers", g_variant_new("(a{sv})", NULL),
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, CLIENT_CALL_TIMEOUT_MS, self->cancellable, on_members, self);
}

static void on_changed(SmGroupMembers *self)
{
        if (sm_conversation_number(self->conversation, "Epoch") != self->epoch ||
            group_standing(self->conversation) != self->standing)
                load(self);
}

gboolean sm_group_members_needs_us(SmGroupMembers *self)
{
        gboolean is_admin = FALSE;

        for (guint i = 0; i < count(self); i++) {
                if (!sm_group_member_is_admin(at(self, i)))
                        continue;
                if (sm_group_member_key(at(self, i)) != GROUP_MEMBER_SELF)
                        return FALSE;
                is_admin = TRUE;
        }
        return is_admin && count(self) > 1;
}

char **sm_group_members_names(SmGroupMembers *self)
{
        g_autoptr(GStrvBuilder) names = g_strv_builder_new();

        for (guint i = 0; i < count(self); i++)
                g_strv_builder_add(names, sm_group_member_name(at(self, i)));
        return g_strv_builder_end(names);
}

/* ---- What is done to them ---- */

/* Takes a floating reference to the arguments. */
static void ask_for(SmGroupMembers *self, const char *method, GVariant *arguments)
{
        g_autoptr(GVariant) sunk = g_variant_ref_sink(arguments);

        g_signal_emit(self, signals[CHANGE], 0, method, sunk);
}

static void change_one(SmGroupMembers *self, const char *method, const char *name)
{
        ask_for(self, method, g_variant_new("(sa{sv})", name, NULL));
}

static void on_agreed(AdwMessageDialog *dialog, const char *response, SmGroupMembers *self)
{
        const char *const names[] = {g_object_get_data(G_OBJECT(dialog), "name"), NULL};

        if (strcmp(response, "remove") == 0)
                ask_for(self, "Remove", g_variant_new("(^asa{sv})", names, NULL));
}

static void ask_to_remove(SmGroupMembers *self, const char *name)
{
        g_autofree char *isolated = wording_isolated(name);
        GtkWindow *window = GTK_WINDOW(gtk_widget_get_root(GTK_WIDGET(self)));
        GtkWidget *dialog = adw_message_dialog_new(window, NULL, NULL);

        /* TRANSLATORS: %s is a user name. */
        adw_message_dialog_format_heading(ADW_MESSAGE_DIALOG(dialog), _("Remove %s?"), isolated);
        adw_message_dialog_set_body(ADW_MESSAGE_DIALOG(dialog),
                                    _("The group gets new keys: they can read nothing that comes after. What they have "
                                      "received stays with them."));
        adw_message_dialog_add_responses(ADW_MESSAGE_DIALOG(dialog), "cancel", _("_Cancel"), "remove", _("_Remove"),
                                         NULL);
        adw_message_dialog_set_response_appearance(ADW_MESSAGE_DIALOG(dialog), "remove", ADW_RESPONSE_DESTRUCTIVE);
        adw_message_dialog_set_default_response(ADW_MESSAGE_DIALOG(dialog), "cancel");
        g_object_set_data_full(G_OBJECT(dialog), "name", g_strdup(name), g_free);
        g_signal_connect_object(dialog, "response", G_CALLBACK(on_agreed), self, 0);
        gtk_window_present(GTK_WINDOW(dialog));
}

static void on_chosen(SmGroupMemberRow *row, SmGroupMember *member, const char *what, SmGroupMembers *self)
{
        const char *name = sm_group_member_name(member);

        if (strcmp(what, "promote") == 0)
                change_one(self, "Promote", name);
        else if (strcmp(what, "demote") == 0)
                change_one(self, "Demote", name);
        else if (strcmp(what, "remove") == 0)
                ask_to_remove(self, name);
        else if (strcmp(what, "write") == 0)
                g_signal_emit(self, signals[WRITE], 0, name);
}

static void on_add(SmGroupMembers *self)
{
        g_signal_emit(self, signals[ADD], 0);
}

/* ---- The list ---- */

static gboolean matches(gpointer item, gpointer userdata)
{
        SmGroupMembers *self = userdata;
        g_autofree char *word = g_utf8_strdown(gtk_editable_get_text(GTK_EDITABLE(self->search)), -1);

        return strstr(sm_group_member_name(item), g_strstrip(word)) != NULL;
}

static void on_search(SmGroupMembers *self)
{
        gtk_filter_changed(self->filter, GTK_FILTER_CHANGE_DIFFERENT);
}

static void on_row_setup(GtkListItemFactory *factory, GtkListItem *item, SmGroupMembers *self)
{
        SmGroupMemberRow *row = sm_group_member_row_new();

        g_signal_connect_object(row, "chosen", G_CALLBACK(on_chosen), self, 0);
        gtk_list_item_set_child(item, GTK_WIDGET(row));
        gtk_list_item_set_activatable(item, FALSE);
}

static void on_row_bind(GtkListItemFactory *factory, GtkListItem *item)
{
        sm_group_member_row_set_member(SM_GROUP_MEMBER_ROW(gtk_list_item_get_child(item)), gtk_list_item_get_item(item));
}

static void on_row_unbind(GtkListItemFactory *factory, GtkListItem *item)
{
        sm_group_member_row_set_member(SM_GROUP_MEMBER_ROW(gtk_list_item_get_child(item)), NULL);
}

static void make_list(SmGroupMembers *self)
{
        g_autoptr(GtkListItemFactory) factory = gtk_signal_list_item_factory_new();
        g_autoptr(GtkNoSelection) selection = NULL;
        GtkFilterListModel *filtered;
        GtkSortListModel *sorted;

        self->list = g_list_store_new(SM_TYPE_GROUP_MEMBER);
        self->filter = GTK_FILTER(gtk_custom_filter_new(matches, self, NULL));
        self->sorter = GTK_SORTER(gtk_custom_sorter_new(sm_group_member_compare, NULL, NULL));
        filtered = gtk_filter_list_model_new(G_LIST_MODEL(g_object_ref(self->list)), g_object_ref(self->filter));
        sorted = gtk_sort_list_model_new(G_LIST_MODEL(filtered), g_object_ref(self->sorter));
        selection = gtk_no_selection_new(G_LIST_MODEL(sorted));
        g_signal_connect_object(factory, "setup", G_CALLBACK(on_row_setup), self, 0);
        g_signal_connect(factory, "bind", G_CALLBACK(on_row_bind), NULL);
        g_signal_connect(factory, "unbind", G_CALLBACK(on_row_unbind), NULL);
        gtk_list_view_set_factory(GTK_LIST_VIEW(self->view), factory);
        gtk_list_view_set_model(GTK_LIST_VIEW(self->view), GTK_SELECTION_MODEL(selection));
}

/* ---- The object ---- */

static void sm_group_members_dispose(GObject *object)
{
        SmGroupMembers *self = SM_GROUP_MEMBERS(object);

        g_cancellable_cancel(self->cancellable);
        if (self->conversation)
                g_signal_handlers_disconnect_by_data(self->conversation, self);
        g_clear_object(&self->conversation);
        if (self->view)
                gtk_list_view_set_model(GTK_LIST_VIEW(self->view), NULL);
        g_clear_object(&self->list);
        g_clear_object(&self->filter);
        g_clear_object(&self->sorter);
        gtk_widget_dispose_template(GTK_WIDGET(self), SM_TYPE_GROUP_MEMBERS);
        G_OBJECT_CLASS(sm_group_members_parent_class)->dispose(object);
}

static void sm_group_members_finalize(GObject *object)
{
        g_clear_object(&SM_GROUP_MEMBERS(object)->cancellable);
        G_OBJECT_CLASS(sm_group_members_parent_class)->finalize(object);
}

static void sm_group_members_class_init(SmGroupMembersClass *class)
{
        GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = sm_group_members_dispose;
        G_OBJECT_CLASS(class)->finalize = sm_group_members_finalize;
        signals[CHANGE] = g_signal_new("change", SM_TYPE_GROUP_MEMBERS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_VARIANT);
        signals[WRITE] = g_signal_new("write", SM_TYPE_GROUP_MEMBERS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                      G_TYPE_NONE, 1, G_TYPE_STRING);
        signals[ADD] = g_signal_new("add", SM_TYPE_GROUP_MEMBERS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                    0);
        gtk_widget_class_set_template_from_resource(widget, "/org/securemessenger/SecureMessenger/group-members.ui");
        gtk_widget_class_bind_template_child(widget, SmGroupMembers, pages);
        gtk_widget_class_bind_template_child(widget, SmGroupMembers, add);
        gtk_widget_class_bind_template_child(widget, SmGroupMembers, search);
        gtk_widget_class_bind_template_child(widget, SmGroupMembers, view);
        gtk_widget_class_bind_template_child(widget, SmGroupMembers, problem);
        gtk_widget_class_bind_template_callback(widget, on_add);
        gtk_widget_class_bind_template_callback(widget, on_search);
}

static void sm_group_members_init(SmGroupMembers *self)
{
        gtk_widget_init_template(GTK_WIDGET(self));
        self->cancellable = g_cancellable_new();
        make_list(self);
}

void sm_group_members_set_conversation(SmGroupMembers *self, SmConversation *conversation)
{
        g_set_object(&self->conversation, conversation);
        g_signal_connect_swapped(conversation, "changed", G_CALLBACK(on_changed), self);
        load(self);
}
