/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gtk-ui/compose/intake.h"

/* Lets the person choose files, several at once, in the desktop's own dialog over the window that `widget` is in. */
void file_choice(GtkWidget *widget, SmIntake *intake);
