/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/stack.h"

void stack_show(GtkStack *stack, const char *name)
{
        GtkWidget *shown = gtk_stack_get_child_by_name(stack, name);

        for (GtkWidget *page = gtk_widget_get_first_child(GTK_WIDGET(stack)); page;
             page = gtk_widget_get_next_sibling(page))
                gtk_accessible_update_state(GTK_ACCESSIBLE(page), GTK_ACCESSIBLE_STATE_HIDDEN, page != shown, -1);
        gtk_stack_set_visible_child(stack, shown);
}
