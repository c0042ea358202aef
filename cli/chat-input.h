/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/*
 * The lines that a person types, and what is shown meanwhile. On a terminal there is a prompt at the bottom,
 * with readline's editing, and everything printed goes above it. Elsewhere lines are read as they come.
 */
typedef struct ChatInput ChatInput;

typedef struct ChatInputCalls {
        void (*line)(const char *line, size_t size, gpointer data); /* any bytes, and never none */
        void (*too_long)(gpointer data); /* a line longer than a message can be; it is dropped */
        void (*end)(gpointer data);      /* the end of the input, or Ctrl-D */
} ChatInputCalls;

enum {
        CHAT_LINE_MAX = 65536, /* bytes */
};

/* There can be one with a terminal at a time: readline has but one line. */
ChatInput *chat_input_new(gboolean has_terminal, const char *prompt, const ChatInputCalls *calls,
                          gpointer data);
ChatInput *chat_input_free(ChatInput *input); /* the terminal is as it was */

/* Prints a line, to standard output, above the prompt if there is one. */
void chat_input_print(ChatInput *input, const char *line);

/* Before what may stop the process, and after it. */
void chat_input_suspend(ChatInput *input);
void chat_input_resume(ChatInput *input);

/* The window has another size. */
void chat_input_resized(ChatInput *input);

/* Whether lines are taken now: a script's lines wait for the one before them. */
void chat_input_set_ready(ChatInput *input, gboolean is_ready);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChatInput, chat_input_free)
