/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>
#include <locale.h>

#include "gtk-ui/application.h"
#include "gtk-ui/model/window-settings.h"

int main(int argc, char **argv)
{
        const char *locale = g_getenv("SM_LOCALE_DIR"); /* to try translations that are not installed */

        setlocale(LC_ALL, "");
        bindtextdomain(GETTEXT_DOMAIN, locale ? locale : LOCALE_DIR);
        bind_textdomain_codeset(GETTEXT_DOMAIN, "UTF-8");
        textdomain(GETTEXT_DOMAIN);

        g_autoptr(SmApplication) application = sm_application_new();
        int code = g_application_run(G_APPLICATION(application), argc, argv);

        sm_window_settings_release();
        return code;
}
