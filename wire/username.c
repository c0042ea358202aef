/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/username.h"

#include <string.h>

static bool is_alphanumeric(char c)
{
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool user_name_is_valid_n(const char *name, size_t size)
{
        if (size < WIRE_USER_NAME_MIN || size > WIRE_USER_NAME_MAX)
                return false;
        if (!is_alphanumeric(name[0]) || !is_alphanumeric(name[size - 1]))
                return false;
        for (size_t i = 0; i < size; i++)
                if (!is_alphanumeric(name[i]) && name[i] != '.' && name[i] != '_' && name[i] != '-')
                        return false;
        return true;
}

bool user_name_is_valid(const char *name)
{
        return user_name_is_valid_n(name, strnlen(name, WIRE_USER_NAME_MAX + 1));
}
