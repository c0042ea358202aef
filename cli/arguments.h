/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cli/verbs.h"

enum {
        COMMAND_ARGUMENTS_MAX = 260, /* many members of a group, and what comes before */
};

/* A command line that fits the tables. Strings are borrowed from argv. */
struct Command {
        const Verb *verb; /* NULL: none given, see options */
        const char *arguments[COMMAND_ARGUMENTS_MAX + 1]; /* the one past the last is NULL */
        unsigned n_arguments;
        const char *values[OPTION_COUNT]; /* NULL: not given; "" for an option without a value */
};

enum {
        COMMAND_WRONG = 1, /* *problem has the reason, newly allocated */
};

/* argv without the program's name. 0 or COMMAND_WRONG. */
int command_parse(Command *command, int argc, char *const *argv, char **problem);

static inline int command_has(const Command *command, OptionId option)
{
        return command->values[option] != NULL;
}

/*
 * A number given to an option, or `otherwise` if it was not given. Numbers are decimal and at most `max`;
 * anything else is COMMAND_WRONG.
 */
int command_number(const Command *command, OptionId option, uint64_t otherwise, uint64_t max,
                   uint64_t *number, char **problem);
