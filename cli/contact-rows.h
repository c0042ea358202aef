/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

/* A contact's properties, by the keys that they have in JSON. */
void contact_rows_add(GVariantBuilder *builder, GVariant *contact);
