/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

/*
 * Shows a page of a stack, and tells screen readers that the others are hidden, which GTK 4.8 does not do: they would read
 * them all.
 */
void stack_show(GtkStack *stack, const char *name);
