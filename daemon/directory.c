/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/directory.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "daemon/problem.h"
#include "wire/limits.h"

typedef struct Asked {
        Directory *directory;
        DirectoryDone done; /* NULL: nobody is there any more */
        void *userdata;
} Asked;

struct Directory {
        ServerLink *link;
        GList *asked;
};

Directory *directory_new(ServerLink *link)
{
        Directory *directory = calloc(1, sizeof(*directory));

        if (directory)
                directory->link = link;
        return directory;
}

static void finish(Asked *asked, int result, char *const *names, size_t count)
{
        asked->directory->asked = g_list_remove(asked->directory->asked, asked);
        if (asked->done)
                asked->done(asked->userdata, result, names, count);
        g_free(asked);
}

static void finish_all(Directory *directory, int result)
{
        while (directory->asked)
                finish(directory->asked->data, result, NULL, 0);
}

Directory *directory_free(Directory *directory)
{
        if (!directory)
                return NULL;
        finish_all(directory, PROBLEM_LOCKED);
        free(directory);
        return NULL;
}

void directory_link_changed(Directory *directory)
{
        if (server_link_state(directory->link) != LINK_ONLINE)
                finish_all(directory, PROBLEM_SERVER_UNREACHABLE);
}

static bool on_answer(void *userdata, const Wire__ServerFrame *frame)
{
        if (frame->body_case == WIRE__SERVER_FRAME__BODY_USERS)
                finish(userdata, 0, frame->users->user_names, frame->users->n_user_names);
        else if (frame->body_case == WIRE__SERVER_FRAME__BODY_ERROR)
                finish(userdata, problem_from_wire(frame->error->code), NULL, 0);
        else
                finish(userdata, PROBLEM_FAILED, NULL, 0);
        return true;
}

/* A part of a user name, or none: the server takes nothing else. */
static bool is_part(const char *part)
{
        return strlen(part) <= WIRE_USER_NAME_MAX &&
               strspn(part, "abcdefghijklmnopqrstuvwxyz0123456789._-") == strlen(part);
}

int directory_ask(Directory *directory, const DirectoryQuestion *question, DirectoryDone done, void *userdata)
{
        Wire__ClientFrame frame = WIRE__CLIENT_FRAME__INIT;
        Wire__FindUsers find = WIRE__FIND_USERS__INIT;
        Asked *asked;
        int r;

        if (!is_part(question->beginning) || !is_part(question->after))
                return PROBLEM_BAD_NAME;
        if (question->limit < 1 || question->limit > WIRE_USERS_MAX)
                return PROBLEM_INVALID_ARGUMENT;
        if (g_list_length(directory->asked) >= DIRECTORY_QUESTIONS_MAX)
                return PROBLEM_TOO_MANY_CALLS;
        find.prefix = (char *)question->beginning;
        find.after = (char *)question->after;
        find.limit = question->limit;
        frame.body_case = WIRE__CLIENT_FRAME__BODY_FIND_USERS;
        frame.find_users = &find;
        asked = g_new0(Asked, 1);
        asked->directory = directory;
        asked->done = done;
        asked->userdata = userdata;
        r = server_link_send(directory->link, &frame, on_answer, asked);
        if (r < 0) {
                g_free(asked);
                return r == -ENOTCONN ? (int)PROBLEM_SERVER_UNREACHABLE : r;
        }
        directory->asked = g_list_prepend(directory->asked, asked);
        return 0;
}

void directory_forget(Directory *directory, void *userdata)
{
        for (GList *l = directory->asked; l; l = l->next) {
                Asked *asked = l->data;

                if (asked->userdata == userdata)
                        asked->done = NULL;
        }
}
