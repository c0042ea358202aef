/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdio.h>

#include "cli/verbs.h"

void help_print(FILE *out);
void help_print_verb(FILE *out, const Verb *verb);
