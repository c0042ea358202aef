/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/group-notice.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* %1$s is who did it, %2$s whom or what it is about. */
static const struct {
        const char *kind, *sentence;
} notices[] = {
                {"group-created", N_("%1$s made the group \"%2$s\"")},
                {"group-joined", N_("%1$s added you to the group \"%2$s\"")},
                {"member-added", N_("%1$s added %2$s")},
                {"member-removed", N_("%1$s removed %2$s")},
                {"member-left", N_("%1$s left the group")},
                {"member-replaced", N_("%1$s added %2$s again, who has another key now")},
                {"member-promoted", N_("%1$s made %2$s an administrator")},
                {"member-demoted", N_("%1$s made %2$s an ordinary member")},
                {"group-renamed", N_("%1$s named the group \"%2$s\"")},
                {"group-refused", N_("%1$s tried what they may not do in this group; nothing came of it")},
};

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* all of them are above */
char *client_group_notice(const char *kind, const char *sender, const char *subject)
{
        for (size_t i = 0; i < G_N_ELEMENTS(notices); i++)
                if (strcmp(notices[i].kind, kind) == 0)
                        return g_strdup_printf(_(notices[i].sentence), sender, subject);
        return NULL;
}
#pragma GCC diagnostic pop
