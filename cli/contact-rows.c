/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/contact-rows.h"

static const struct {
        const char *property, *key;
} rows[] = {
                {"Name", "name"},
                {"Relation", "relation"},
                {"KeyChanged", "key-changed"},
                {"IdentityKey", "identity-key"},
                {"SafetyNumber", "safety-number"},
                {"Verified", "verified"},
                {"VerifiedTime", "verified-time"},
                {"VerifiedHow", "verified-how"},
                {"Comparing", "comparing"},
                {"AccountDeleted", "account-deleted"},
                {"Timer", "timer"},
                {"Unread", "unread"},
                {"Muted", "muted"},
                {"Pinned", "pinned"},
                {"MarkedUnread", "marked-unread"},
                {"Online", "online"},
                {"Typing", "typing"},
                {"Created", "created"},
                {"LastMessage", "last-message"},
};

void contact_rows_add(GVariantBuilder *builder, GVariant *contact)
{
        for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
                g_autoptr(GVariant) value = g_variant_lookup_value(contact, rows[i].property, NULL);

                if (value)
                        g_variant_builder_add(builder, "{sv}", rows[i].key, value);
        }
}
