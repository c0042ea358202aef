/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/group/group-chooser.h"

#include <glib/gi18n.h>
#include <string.h>

#include "gtk-ui/group/group-candidate-row.h"
#include "gtk-ui/wording.h"

struct _SmGroupChooser {
        AdwBin parent;
        GListStore *list; /* SmGroupCandidate */
        GHashTable *without;
        GtkFilter *filter;
        GtkSorter *sorter;
        GtkWidget *search, *typed, *typed_text, *view;
};

G_DEFINE_FINAL_TYPE(SmGroupChooser, sm_group_chooser, ADW_TYPE_BIN)

static guint changed_signal;

/* ---- Who is there ---- */

static gboolean can_be_added(SmGroupChooser *self, SmConversation *conversation)
{
        g_autofree char *relation = sm_conversation_text(conversation, "Relation");

        return !sm_conversation_is_group(conversation) && !sm_conversation_is_self(conversation) &&
               strcmp(relation, "accepted") == 0 && !sm_conversation_flag(conversation, "AccountDeleted") &&
               !g_hash_table_contains(self->without, sm_conversation_name(conversation));
}

static void take_contacts(SmGroupChooser *self, GListModel *conversations)
{
        for (guint i = 0; i < g_list_model_get_n_items(conversations); i++) {
                g_autoptr(SmConversation) conversation = g_list_model_get_item(conversations, i);
                g_autoptr(SmGroupCandidate) candidate = NULL;

                if (!can_be_added(self, conversation))
                        continue;
                candidate = sm_group_candidate_new(sm_conversation_name(conversation));
                g_list_store_append(self->list, candidate);
        }
}

static SmGroupCandidate *find(SmGroupChooser *self, const char *name)
{
        for (guint i = 0; i < g_list_model_get_n_items(G_LIST_MODEL(self->list)); i++) {
                g_autoptr(SmGroupCandidate) candidate = g_list_model_get_item(G_LIST_MODEL(self->list), i);

                if (strcmp(sm_group_candidate_name(candidate), name) == 0)
                        return candidate; /* the list has it */
        }
        return NULL;
}

char **sm_group_chooser_names(SmGroupChooser *self)
{
        g_autoptr(GStrvBuilder) names = g_strv_builder_new();

        for (guint i = 0; i < g_list_model_get_n_items(G_LIST_MODEL(self->list)); i++) {
                g_autoptr(SmGroupCandidate) candidate = g_list_model_get_item(G_LIST_MODEL(self->list), i);

                if (sm_group_candidate_is_chosen(candidate))
                        g_strv_builder_add(names, sm_group_candidate_name(candidate));
        }
        return g_strv_builder_end(names);
}

static void on_candidate(SmGroupChooser *self)
{
        g_signal_emit(self, changed_signal, 0);
}

static void on_listed(GListModel *list, guint position, guint removed, guint added, SmGroupChooser *self)
{
        for (guint i = position; i < position + added; i++) {
                g_autoptr(SmGroupCandidate) candidate = g_list_model_get_item(list, i);

                g_signal_connect_object(candidate, "notify::chosen", G_CALLBACK(on_candidate), self, G_CONNECT_SWAPPED);
        }
}

/* ---- The search, and who is typed in it ---- */

static char *typed_name(SmGroupChooser *self)
{
        char *name = g_utf8_strdown(gtk_editable_get_text(GTK_EDITABLE(self->search)), -1);

        return g_strstrip(name);
}

/* As docs/protocol.md has them: whatever else is typed is no user name. */
static gboolean is_user_name(const char *name)
{
        static const char ends[] = "abcdefghijklmnopqrstuvwxyz0123456789";
        const size_t size = strlen(name);

        return size >= 2 && size <= 32 && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-") == size &&
               strchr(ends, name[0]) && strchr(ends, name[size - 1]);
}

static gboolean matches(gpointer item, gpointer userdata)
{
        g_autofree char *word = typed_name(userdata);

        return strstr(sm_group_candidate_name(item), word) != NULL;
}

static void on_search(SmGroupChooser *self)
{
        g_autofree char *name = typed_name(self), *isolated = wording_isolated(name), *text = NULL;

        /* TRANSLATORS: %s is a user name that somebody types. */
        text = g_strdup_printf(_("Choose %s"), isolated);
        gtk_label_set_text(GTK_LABEL(self->typed_text), text);
        gtk_accessible_update_property(GTK_ACCESSIBLE(self->typed), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
        gtk_widget_set_visible(self->typed,
                               is_user_name(name) && !find(self, name) && !g_hash_table_contains(self->without, name));
        gtk_filter_changed(self->filter, GTK_FILTER_CHANGE_DIFFERENT);
}

/* Enter in the search, or the row below it. */
static void on_typed(SmGroupChooser *self)
{
        g_autofree char *name = typed_name(self);
        SmGroupCandidate *known = find(self, name);
        g_autoptr(SmGroupCandidate) candidate = NULL;

        if (known) {
                sm_group_candidate_set_chosen(known, TRUE);
        } else if (is_user_name(name) && !g_hash_table_contains(self->without, name)) {
                candidate = sm_group_candidate_new(name);
                g_list_store_append(self->list, candidate);
                sm_group_candidate_set_chosen(candidate, TRUE);
        } else {
                return;
        }
        gtk_editable_set_text(GTK_EDITABLE(self->search), "");
        gtk_widget_grab_focus(self->search);
}

/* ---- The list ---- */

static void on_activated(SmGroupChooser *self, guint position)
{
        g_autoptr(SmGroupCandidate) candidate =
                        g_list_model_get_item(G_LIST_MODEL(gtk_list_view_get_model(GTK_LIST_VIEW(self->view))), position);

        sm_group_candidate_set_chosen(candidate, !sm_group_candidate_is_chosen(candidate));
}

static void on_row_setup(GtkListItemFactory *factory, GtkListItem *item)
{
        gtk_list_item_set_child(item, GTK_WIDGET(sm_group_candidate_row_new()));
}

static void on_row_bind(GtkListItemFactory *factory, GtkListItem *item)
{
        sm_group_candidate_row_set_candidate(SM_GROUP_CANDIDATE_ROW(gtk_list_item_get_child(item)),
                                             gtk_list_item_get_item(item));
}

static void on_row_unbind(GtkListItemFactory *factory, GtkListItem *item)
{
        sm_group_candidate_row_set_candidate(SM_GROUP_CANDIDATE_ROW(gtk_list_item_get_child(item)), NULL);
}

static void make_list(SmGroupChooser *self)
{
        g_autoptr(GtkListItemFactory) factory = gtk_signal_list_item_factory_new();
        g_autoptr(GtkNoSelection) selection = NULL;
        GtkFilterListModel *filtered;
        GtkSortListModel *sorted;

        self->list = g_list_store_new(SM_TYPE_GROUP_CANDIDATE);
        g_signal_connect_object(self->list, "items-changed", G_CALLBACK(on_listed), self, 0);
        self->filter = GTK_FILTER(gtk_custom_filter_new(matches, self, NULL));
        self->sorter = GTK_SORTER(gtk_custom_sorter_new(sm_group_candidate_compare, NULL, NULL));
        filtered = gtk_filter_list_model_new(G_LIST_MODEL(g_object_ref(self->list)), g_object_ref(self->filter));
        sorted = gtk_sort_list_model_new(G_LIST_MODEL(filtered), g_object_ref(self->sorter));
        selection = gtk_no_selection_new(G_LIST_MODEL(sorted));
        g_signal_connect(factory, "setup", G_CALLBACK(on_row_setup), NULL);
        g_signal_connect(factory, "bind", G_CALLBACK(on_row_bind), NULL);
        g_signal_connect(factory, "unbind", G_CALLBACK(on_row_unbind), NULL);
        gtk_list_view_set_factory(GTK_LIST_VIEW(self->view), factory);
        gtk_list_view_set_model(GTK_LIST_VIEW(self->view), GTK_SELECTION_MODEL(selection));
}

/* ---- The object ---- */

static gboolean sm_group_chooser_grab_focus(GtkWidget *widget)
{
        return gtk_widget_grab_focus(SM_GROUP_CHOOSER(widget)->search);
}

static void sm_group_chooser_dispose(GObject *object)
{
        SmGroupChooser *self = SM_GROUP_CHOOSER(object);

        if (self->view)
                gtk_list_view_set_model(GTK_LIST_VIEW(self->view), NULL);
        g_clear_object(&self->list);
        g_clear_object(&self->filter);
        g_clear_object(&self->sorter);
        gtk_widget_dispose_template(GTK_WIDGET(self), SM_TYPE_GROUP_CHOOSER);
        G_OBJECT_CLASS(sm_group_chooser_parent_class)->dispose(object);
}

static void sm_group_chooser_finalize(GObject *object)
{
        g_hash_table_unref(SM_GROUP_CHOOSER(object)->without);
        G_OBJECT_CLASS(sm_group_chooser_parent_class)->finalize(object);
}

static void sm_group_chooser_class_init(SmGroupChooserClass *class)
{
        GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = sm_group_chooser_dispose;
        G_OBJECT_CLASS(class)->finalize = sm_group_chooser_finalize;
        widget->grab_focus = sm_group_chooser_grab_focus;
        changed_signal = g_signal_new("changed", SM_TYPE_GROUP_CHOOSER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                      G_TYPE_NONE, 0);
        gtk_widget_class_set_template_from_resource(widget, "/org/securemessenger/SecureMessenger/group-chooser.ui");
        gtk_widget_class_bind_template_child(widget, SmGroupChooser, search);
        gtk_widget_class_bind_template_child(widget, SmGroupChooser, typed);
        gtk_widget_class_bind_template_child(widget, SmGroupChooser, typed_text);
        gtk_widget_class_bind_template_child(widget, SmGroupChooser, view);
        gtk_widget_class_bind_template_callback(widget, on_search);
        gtk_widget_class_bind_template_callback(widget, on_typed);
        gtk_widget_class_bind_template_callback(widget, on_activated);
}

static void sm_group_chooser_init(SmGroupChooser *self)
{
        self->without = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        gtk_widget_init_template(GTK_WIDGET(self));
        make_list(self);
}

void sm_group_chooser_set_daemon(SmGroupChooser *self, SmDaemon *daemon, const char *const *without)
{
        for (; without && *without; without++)
                g_hash_table_add(self->without, g_strdup(*without));
        g_hash_table_add(self->without, g_strdup(sm_daemon_user_name(daemon)));
        take_contacts(self, sm_daemon_conversations(daemon));
}
