/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/compose/outgoing-limit.h"

#include <glib/gi18n.h>

#include "gtk-ui/wording.h"

char *outgoing_limit_problem(MessengerAccount *account, SmOutgoingFile *file, guint count)
{
        guint64 most = account ? messenger_account_get_attachment_max(account) : 0; /* 0: nobody knows */
        g_autofree char *name = NULL, *size = NULL;

        if (count >= OUTGOING_FILES_MAX)
                return g_strdup(_("That is more than can be sent at once. The rest was left out."));
        if (most == 0 || sm_outgoing_file_size(file) <= most)
                return NULL;
        name = wording_isolated(sm_outgoing_file_name(file));
        size = g_format_size(most);
        /* TRANSLATORS: a file, and the size of the largest one that can be sent */
        return g_strdup_printf(_("%s is larger than the server takes, which is %s."), name, size);
}
