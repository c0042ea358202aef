/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/group/group-candidate-row.h"

struct _SmGroupCandidateRow {
        GtkCheckButton parent;
        GBinding *binding;
};

G_DEFINE_FINAL_TYPE(SmGroupCandidateRow, sm_group_candidate_row, GTK_TYPE_CHECK_BUTTON)

/* For assistive technology, which gets no action with a check button. */
static void on_toggle(GtkWidget *widget, const char *action, GVariant *parameter)
{
        GtkCheckButton *check = GTK_CHECK_BUTTON(widget);

        gtk_check_button_set_active(check, !gtk_check_button_get_active(check));
}

static void sm_group_candidate_row_dispose(GObject *object)
{
        sm_group_candidate_row_set_candidate(SM_GROUP_CANDIDATE_ROW(object), NULL);
        G_OBJECT_CLASS(sm_group_candidate_row_parent_class)->dispose(object);
}

static void sm_group_candidate_row_class_init(SmGroupCandidateRowClass *class)
{
        G_OBJECT_CLASS(class)->dispose = sm_group_candidate_row_dispose;
        gtk_widget_class_install_action(GTK_WIDGET_CLASS(class), "candidate.toggle", NULL, on_toggle);
}

static void sm_group_candidate_row_init(SmGroupCandidateRow *self)
{
        gtk_widget_set_focusable(GTK_WIDGET(self), FALSE);
        gtk_widget_set_margin_top(GTK_WIDGET(self), 6);
        gtk_widget_set_margin_bottom(GTK_WIDGET(self), 6);
}

SmGroupCandidateRow *sm_group_candidate_row_new(void)
{
        return g_object_new(SM_TYPE_GROUP_CANDIDATE_ROW, NULL);
}

void sm_group_candidate_row_set_candidate(SmGroupCandidateRow *self, SmGroupCandidate *candidate)
{
        if (self->binding)
                g_binding_unbind(self->binding);
        g_clear_object(&self->binding);
        if (!candidate)
                return;
        gtk_check_button_set_label(GTK_CHECK_BUTTON(self), sm_group_candidate_name(candidate));
        self->binding = g_object_ref(g_object_bind_property(candidate, "chosen", self, "active",
                                                            G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL));
}
