/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/sign-on.h"

ClientFailure cmd_register(const Command *command)
{
        return sign_on(command, SIGN_ON_REGISTER);
}
