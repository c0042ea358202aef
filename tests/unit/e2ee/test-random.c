/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Long conversations over a bad line, from fixed seeds: messages are overtaken, lost, forged and repeated,
 * sides store and load their state and renew the session. What arrives for the first time decrypts to its
 * text; nothing else decrypts or changes a byte; and when the line is quiet, both sides are in the same
 * session.
 */
#include <sodium.h>
#include <string.h>

#include "e2ee/ratchet.h"
#include "tests/unit/e2ee/side.h"

enum {
        STEPS = 3000,
        SEEN_MAX = 8,
        RENEWALS_MAX = 12,
        /*
         * Each message that overtakes can begin one chain, and a chain is kept until it is the sixth newest.
         */
        OVERTAKEN_MAX = RATCHET_RECEIVING_CHAINS_MAX - 1,
};

typedef struct InFlight {
        GBytes *envelope;
        char *text;
        unsigned overtaken;
} InFlight;

typedef struct Line { /* in one direction */
        Side *from, *to;
        GPtrArray *in_flight; /* oldest first */
        GPtrArray *seen;      /* envelopes that were delivered or are to be refused */
        unsigned sent, delivered, refused;
} Line;

static void in_flight_free(void *data)
{
        InFlight *message = data;

        g_bytes_unref(message->envelope);
        g_free(message->text);
        g_free(message);
}

static void line_init(Line *line, Side *from, Side *to)
{
        *line = (Line){.from = from, .to = to};
        line->in_flight = g_ptr_array_new_with_free_func(in_flight_free);
        line->seen = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
}

static void line_deinit(Line *line)
{
        g_ptr_array_unref(line->in_flight);
        g_ptr_array_unref(line->seen);
}

static void send_one(Line *line)
{
        InFlight *message = g_new0(InFlight, 1);

        message->text = g_strdup_printf("%s %u", line->from->self.address.name, line->sent++);
        message->envelope = side_encrypt(line->from, message->text);
        g_ptr_array_add(line->in_flight, message);
}

/* The index of a message that may come next: none that would overtake one too often. */
static unsigned pick(Line *line, GRand *random)
{
        unsigned choice = (unsigned)g_rand_int_range(random, 0, (gint32)line->in_flight->len);

        for (unsigned i = 0; i < choice; i++) {
                const InFlight *message = line->in_flight->pdata[i];

                if (message->overtaken == OVERTAKEN_MAX)
                        return i;
        }
        return choice;
}

static void deliver(Line *line, GRand *random)
{
        InFlight *message;
        unsigned index;

        if (line->in_flight->len == 0)
                return;
        index = pick(line, random);
        message = line->in_flight->pdata[index];
        assert_decrypts(line->to, line->from, message->envelope, message->text);
        line->delivered++;
        g_ptr_array_add(line->seen, g_bytes_ref(message->envelope));
        if (line->seen->len > SEEN_MAX)
                g_ptr_array_remove_index(line->seen, 0);
        for (unsigned i = 0; i < index; i++)
                ((InFlight *)line->in_flight->pdata[i])->overtaken++;
        g_ptr_array_remove_index(line->in_flight, index);
}

static void lose(Line *line, GRand *random)
{
        if (line->in_flight->len > 0)
                g_ptr_array_remove_index(line->in_flight, pick(line, random));
}

static void repeat(Line *line, GRand *random)
{
        g_autoptr(GBytes) before = NULL, after = NULL;
        int r;

        if (line->seen->len == 0)
                return;
        before = side_stored(line->to);
        r = side_decrypt(line->to, line->from,
                         line->seen->pdata[g_rand_int_range(random, 0, (gint32)line->seen->len)], NULL);
        /* Once its chain is gone, a repeat cannot be told from a forgery. */
        g_assert_true(r == PEER_REPEATED || r == PEER_FORGED);
        after = side_stored(line->to);
        g_assert_true(g_bytes_equal(before, after));
        line->refused++;
}

static void forge(Line *line, GRand *random)
{
        const InFlight *message;
        g_autoptr(GBytes) forged = NULL, before = NULL, after = NULL;
        size_t offset;

        if (line->in_flight->len == 0)
                return;
        message = line->in_flight->pdata[pick(line, random)];
        offset = (size_t)g_rand_int_range(random, 0, (gint32)g_bytes_get_size(message->envelope));
        forged = flipped(message->envelope, offset, (unsigned)g_rand_int_range(random, 0, 8));
        before = side_stored(line->to);
        g_assert_cmpint(side_decrypt(line->to, line->from, forged, NULL), >, 0);
        after = side_stored(line->to);
        g_assert_true(g_bytes_equal(before, after));
        line->refused++;
}

static void drain(Line *line, GRand *random)
{
        while (line->in_flight->len > 0)
                deliver(line, random);
}

static void test_conversation(Pair *pair, const void *data)
{
        uint32_t seed = GPOINTER_TO_UINT(data);
        GRand *random = g_rand_new_with_seed(seed);
        unsigned renewals = 0;
        Line lines[2];

        pair->alice.random_seed += (uint64_t)seed << 32;
        pair->bob.random_seed += (uint64_t)seed << 32;
        line_init(&lines[0], &pair->alice, &pair->bob);
        line_init(&lines[1], &pair->bob, &pair->alice);
        for (unsigned i = 0; i < STEPS; i++) {
                Line *line = &lines[g_rand_int_range(random, 0, 2)];

                side_pass_time(&pair->alice, 1000);
                side_pass_time(&pair->bob, (uint64_t)g_rand_int_range(random, 900, 1100));
                switch (g_rand_int_range(random, 0, 20)) {
                case 0:
                        lose(line, random);
                        break;
                case 1:
                        repeat(line, random);
                        break;
                case 2:
                        forge(line, random);
                        break;
                case 3:
                        side_store_and_load(line->from);
                        break;
                case 4:
                        if (renewals < RENEWALS_MAX && g_rand_int_range(random, 0, 5) == 0) {
                                side_start(line->from, line->to);
                                renewals++;
                        }
                        break;
                case 5 ... 12:
                        if (line->in_flight->len < 20)
                                send_one(line);
                        break;
                default:
                        deliver(line, random);
                        break;
                }
        }
        drain(&lines[0], random);
        drain(&lines[1], random);
        g_assert_cmpuint(renewals, ==, RENEWALS_MAX);
        for (unsigned i = 0; i < 2; i++) {
                g_assert_cmpuint(lines[i].delivered, >, STEPS / 8);
                g_assert_cmpuint(lines[i].refused, >, STEPS / 40);
        }

        /* The last start on each side may still be unknown to the other; the first message brings it. */
        assert_delivers(&pair->alice, &pair->bob, "quiet");
        assert_delivers(&pair->bob, &pair->alice, "quiet");
        assert_delivers(&pair->alice, &pair->bob, "the same session");
        g_assert_true(pair->bob.last.in_current_session);
        assert_delivers(&pair->bob, &pair->alice, "the same session");
        g_assert_true(pair->alice.last.in_current_session);

        line_deinit(&lines[0]);
        line_deinit(&lines[1]);
        g_rand_free(random);
}

int main(int argc, char **argv)
{
        g_assert_cmpint(sodium_init(), >=, 0);
        g_test_init(&argc, &argv, NULL);
        for (unsigned seed = 1; seed <= 8; seed++) {
                g_autofree char *path = g_strdup_printf("/e2ee/random/seed-%u", seed);

                g_test_add(path, Pair, GUINT_TO_POINTER(seed), pair_set_up_talking, test_conversation,
                           pair_tear_down);
        }
        return g_test_run();
}
