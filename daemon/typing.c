/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/typing.h"

#include <errno.h>
#include <glib.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/cleanup.h"
#include "daemon/clock.h"
#include "daemon/message.h"
#include "daemon/privacy.h"
#include "daemon/sealing.h"
#include "wire/limits.h"

typedef struct Said {
        gint64 when_ms; /* by the monotonic clock */
        bool active;
        unsigned unanswered;
} Said;

typedef struct Heard {
        Typing *typing;
        char name[WIRE_USER_NAME_MAX + 1];
        guint timer;
} Heard;

struct Typing {
        TypingWith with;
        GHashTable *said;  /* by name */
        GHashTable *heard; /* who writes now, by name */
};

static void heard_free(void *userdata)
{
        Heard *heard = userdata;

        g_source_remove(heard->timer);
        g_free(heard);
}

Typing *typing_new(const TypingWith *with)
{
        Typing *typing = calloc(1, sizeof(*typing));

        if (!typing)
                return NULL;
        typing->with = *with;
        typing->said = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
        typing->heard = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, heard_free);
        return typing;
}

Typing *typing_free(Typing *typing)
{
        if (!typing)
                return NULL;
        g_hash_table_unref(typing->said);
        g_hash_table_unref(typing->heard);
        free(typing);
        return NULL;
}

/* ---- Saying it ---- */

static bool on_answer(void *userdata, const Wire__ServerFrame *frame)
{
        return true; /* whatever became of it */
}

static int send_envelope(Typing *typing, const Contact *contact, uint8_t *envelope, size_t size)
{
        Wire__ClientFrame frame = WIRE__CLIENT_FRAME__INIT;
        Wire__OutgoingEnvelope outgoing = WIRE__OUTGOING_ENVELOPE__INIT, *envelopes = &outgoing;
        Wire__Send send = WIRE__SEND__INIT;
        EnvelopeId id;

        randombytes_buf(id.bytes, sizeof(id.bytes));
        outgoing.id.data = id.bytes;
        outgoing.id.len = sizeof(id.bytes);
        outgoing.recipient = (char *)contact->name;
        outgoing.device_id = contact->device_id;
        outgoing.payload.data = envelope;
        outgoing.payload.len = size;
        outgoing.ephemeral = true;
        send.envelopes = &envelopes;
        send.n_envelopes = 1;
        frame.body_case = WIRE__CLIENT_FRAME__BODY_SEND;
        frame.send = &send;
        return server_link_send(typing->with.link, &frame, on_answer, NULL);
}

/* The session's new state is in the store before the envelope leaves, as with every other. */
static int say(Typing *typing, const Contact *contact, bool active)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        _cleanup_(freep) uint8_t *envelope = NULL;
        Content content = {.kind = CONTENT_TYPING, .sent_ms = clock_now_ms(), .ignorable = true, .typing = active};
        size_t size = 0;
        int r;

        message_id_new(&content.message_id);
        r = store_begin(typing->with.store, &transaction);
        if (r < 0)
                return r;
        r = seal_ephemeral(typing->with.store, typing->with.self, contact, &content, &envelope, &size);
        if (r != 0)
                return r < 0 ? r : 0; /* there is no session: nothing to say it in */
        r = store_commit(&transaction);
        if (r < 0)
                return r;
        r = send_envelope(typing, contact, envelope, size);
        return r == -ENOTCONN ? 0 : r;
}

static Said *said_to(Typing *typing, const char *name)
{
        Said *said = g_hash_table_lookup(typing->said, name);

        if (!said) {
                said = g_new0(Said, 1);
                g_hash_table_insert(typing->said, g_strdup(name), said);
        }
        return said;
}

int typing_say(Typing *typing, const char *name, bool active)
{
        const gint64 now = g_get_monotonic_time() / 1000;
        Contact contact;
        Said *said;
        int r;

        r = store_contact_find(typing->with.store, name, &contact);
        if (r != 0)
                return r < 0 ? r : PROBLEM_NOT_FOUND;
        if (!privacy_allows(typing->with.settings, &contact, PRIVACY_TYPING) || !contact.heard ||
            contact.device_id == 0 || server_link_state(typing->with.link) != LINK_ONLINE)
                return 0;
        said = said_to(typing, name);
        if (active ? said->active && now - said->when_ms < TYPING_REPEAT_MS : !said->active)
                return 0;
        if (said->unanswered >= TYPING_UNANSWERED_MAX)
                return 0;
        said->active = active;
        said->when_ms = now;
        said->unanswered++;
        return say(typing, &contact, active);
}

void typing_sent(Typing *typing, const char *name)
{
        Said *said = g_hash_table_lookup(typing->said, name);

        if (said)
                said->active = false;
}

/* ---- Hearing it ---- */

static void tell(Typing *typing, const char *name)
{
        typing->with.changed(typing->with.userdata, name);
}

static gboolean on_over(gpointer userdata)
{
        Heard *heard = userdata;
        Typing *typing = heard->typing;
        g_autofree char *name = g_strdup(heard->name);

        g_hash_table_remove(typing->heard, name);
        tell(typing, name);
        return G_SOURCE_CONTINUE; /* it is removed already */
}

void typing_hear(Typing *typing, const char *name, bool active)
{
        Heard *heard = g_hash_table_lookup(typing->heard, name);

        said_to(typing, name)->unanswered = 0;
        if (heard && active) {
                g_source_remove(heard->timer);
                heard->timer = g_timeout_add(TYPING_LAST_MS, on_over, heard);
        } else if (heard) {
                g_hash_table_remove(typing->heard, name);
                tell(typing, name);
        } else if (active) {
                heard = g_new0(Heard, 1);
                heard->typing = typing;
                g_strlcpy(heard->name, name, sizeof(heard->name));
                heard->timer = g_timeout_add(TYPING_LAST_MS, on_over, heard);
                g_hash_table_insert(typing->heard, heard->name, heard);
                tell(typing, name);
        }
}

void typing_hear_other(Typing *typing, const char *name, bool is_message)
{
        if (is_message)
                typing_hear(typing, name, false);
        else
                said_to(typing, name)->unanswered = 0;
}

void typing_link_changed(Typing *typing)
{
        GHashTableIter iterator;
        gpointer heard;

        if (server_link_state(typing->with.link) == LINK_ONLINE)
                return;
        g_hash_table_iter_init(&iterator, typing->heard);
        while (g_hash_table_iter_next(&iterator, NULL, &heard)) {
                g_autofree char *name = g_strdup(((Heard *)heard)->name);

                g_hash_table_iter_remove(&iterator);
                tell(typing, name);
        }
}

bool typing_is_heard(const Typing *typing, const char *name)
{
        return g_hash_table_contains(typing->heard, name);
}
