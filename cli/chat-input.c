/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/chat-input.h"

#include <errno.h>
#include <glib-unix.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

struct ChatInput {
        gboolean has_terminal;
        const ChatInputCalls *calls;
        gpointer data;
        guint source;
        GByteArray *pending;  /* without a terminal: what was read and is no line yet */
        gboolean is_dropping; /* the rest of a line that is too long */
        gboolean is_ready;
        gboolean has_ended;
};

static ChatInput *at_terminal; /* readline's functions know no data of ours */

/*
 * Enter. The line is not finished as readline would, which leaves it on the screen below the prompt: it
 * vanishes from there, and comes back above as a message when the daemon has it.
 */
static int on_enter(int count, int key)
{
        g_autofree char *line = g_strdup(rl_line_buffer);

        if (*line)
                add_history(line);
        using_history(); /* to its end again, wherever the line came from */
        rl_replace_line("", 1);
        rl_point = rl_end = 0;
        rl_redisplay();
        if (strlen(line) > CHAT_LINE_MAX)
                at_terminal->calls->too_long(at_terminal->data);
        else if (*line)
                at_terminal->calls->line(line, strlen(line), at_terminal->data);
        return 0;
}

/* Only the end of the input comes this way: Enter is ours. */
static void on_readline(char *line)
{
        free(line);
        at_terminal->calls->end(at_terminal->data);
}

static gboolean on_typed(gint fd, GIOCondition condition, gpointer data)
{
        ChatInput *input = data;

        if (condition & (G_IO_HUP | G_IO_ERR | G_IO_NVAL)) { /* the terminal is gone */
                input->source = 0;
                input->calls->end(input->data);
                return G_SOURCE_REMOVE;
        }
        rl_callback_read_char();
        return G_SOURCE_CONTINUE;
}

static void bind_enter(Keymap keymap)
{
        rl_bind_key_in_map('\r', on_enter, keymap);
        rl_bind_key_in_map('\n', on_enter, keymap);
        rl_bind_key_in_map('\t', rl_insert, keymap); /* file names are of no use here */
}

static void terminal_init(ChatInput *input, const char *prompt)
{
        at_terminal = input;
        rl_readline_name = "smctl";
        rl_catch_signals = 0; /* the main loop catches them */
        rl_catch_sigwinch = 0;
        rl_initialize();
        bind_enter(emacs_standard_keymap);
        bind_enter(vi_insertion_keymap);
        rl_bind_key_in_map('\r', on_enter, vi_movement_keymap);
        rl_bind_key_in_map('\n', on_enter, vi_movement_keymap);
        rl_callback_handler_install(prompt, on_readline);
        input->source = g_unix_fd_add(STDIN_FILENO, G_IO_IN, on_typed, input);
}

/* The next line out of what was read, and its size; or NULL. */
static char *next_line(ChatInput *input, size_t *size)
{
        GByteArray *pending = input->pending;
        const guint8 *end = pending->len ? memchr(pending->data, '\n', pending->len) : NULL;
        size_t length = end ? (size_t)(end - pending->data) : pending->len;
        char *line;

        if (length > CHAT_LINE_MAX && !input->is_dropping) {
                input->is_dropping = TRUE;
                input->calls->too_long(input->data);
        }
        if (input->is_dropping) {
                g_byte_array_remove_range(pending, 0, (guint)(end ? length + 1 : length));
                input->is_dropping = !end;
                return end ? next_line(input, size) : NULL;
        }
        if (!end && !(input->has_ended && length > 0))
                return NULL;
        line = g_malloc(length + 1);
        memcpy(line, pending->data, length);
        line[length] = 0;
        *size = length;
        g_byte_array_remove_range(pending, 0, (guint)(end ? length + 1 : length));
        return line;
}

static gboolean on_input(gint fd, GIOCondition condition, gpointer data);

static void deliver(ChatInput *input)
{
        while (input->is_ready) {
                size_t size;
                g_autofree char *line = next_line(input, &size);

                if (line && size == 0)
                        continue;
                if (line) {
                        input->calls->line(line, size, input->data);
                } else if (input->has_ended) {
                        input->is_ready = FALSE;
                        input->calls->end(input->data);
                } else {
                        if (!input->source)
                                input->source = g_unix_fd_add(STDIN_FILENO, G_IO_IN | G_IO_HUP, on_input,
                                                              input);
                        break;
                }
        }
}

static gboolean on_input(gint fd, GIOCondition condition, gpointer data)
{
        ChatInput *input = data;
        guint8 bytes[4096];
        ssize_t n = read(fd, bytes, sizeof(bytes));

        if (n < 0 && (errno == EINTR || errno == EAGAIN))
                return G_SOURCE_CONTINUE;
        if (n > 0)
                g_byte_array_append(input->pending, bytes, (guint)n);
        else
                input->has_ended = TRUE;
        input->source = 0;
        deliver(input); /* adds the source again when it wants more */
        return G_SOURCE_REMOVE;
}

ChatInput *chat_input_new(gboolean has_terminal, const char *prompt, const ChatInputCalls *calls,
                          gpointer data)
{
        ChatInput *input = g_new0(ChatInput, 1);

        input->has_terminal = has_terminal;
        input->calls = calls;
        input->data = data;
        input->is_ready = TRUE;
        input->pending = g_byte_array_new();
        if (has_terminal)
                terminal_init(input, prompt);
        else
                input->source = g_unix_fd_add(STDIN_FILENO, G_IO_IN | G_IO_HUP, on_input, input);
        return input;
}

ChatInput *chat_input_free(ChatInput *input)
{
        if (!input)
                return NULL;
        if (input->source)
                g_source_remove(input->source);
        if (input->has_terminal) {
                rl_clear_visible_line();
                fflush(stdout);
                rl_callback_handler_remove();
                at_terminal = NULL;
        }
        g_byte_array_unref(input->pending);
        g_free(input);
        return NULL;
}

void chat_input_print(ChatInput *input, const char *line)
{
        if (input->has_terminal)
                rl_clear_visible_line();
        puts(line);
        fflush(stdout);
        if (input->has_terminal) {
                rl_on_new_line();
                rl_redisplay();
        }
}

void chat_input_suspend(ChatInput *input)
{
        if (input->has_terminal)
                rl_deprep_terminal();
}

void chat_input_resume(ChatInput *input)
{
        if (!input->has_terminal)
                return;
        rl_prep_terminal(1);
        rl_forced_update_display();
}

void chat_input_resized(ChatInput *input)
{
        if (input->has_terminal)
                rl_resize_terminal();
}

void chat_input_set_ready(ChatInput *input, gboolean is_ready)
{
        if (input->has_terminal || input->is_ready == is_ready)
                return;
        input->is_ready = is_ready;
        if (is_ready)
                deliver(input);
}
