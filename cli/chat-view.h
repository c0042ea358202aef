/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "cli/chat-input.h"

/*
 * What a chat shows. A message is shown once, and again in short when its state changes; as JSON, it is
 * printed anew with each state. Own messages wait a moment for their state, so that usually one line says it
 * all.
 */
typedef struct ChatView ChatView;

ChatView *chat_view_new(ChatInput *input, gboolean has_terminal, gboolean is_json);
ChatView *chat_view_free(ChatView *view);

/* A message as it is now, whether it was seen before or not. */
void chat_view_message(ChatView *view, GVariant *dictionary);

/* Shows what still waits for its state. */
void chat_view_flush(ChatView *view);

/* Something else that a person should know, in harmless words: above the prompt, else on standard error. */
void chat_view_note(ChatView *view, const char *words);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChatView, chat_view_free)
